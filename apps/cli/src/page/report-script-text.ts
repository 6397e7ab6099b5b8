// Bundles what a report does in a browser into one script. The build does so once; what is published has only the result.

import { join } from "node:path";
import { build } from "esbuild";

/** The text of a classic script, from the sources of this clone. It holds no closing tag of a script. */
export async function reportScriptText(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [join(import.meta.dirname, "browser/report-page.ts")],
    // Characters beyond ASCII are escaped, so that nothing ends the script element.
    ...{ bundle: true, minify: true, write: false, charset: "ascii", legalComments: "none" },
    ...{ conditions: ["@kym/source"], platform: "browser", format: "iife", target: "es2022" },
    logLevel: "silent",
  });
  return (outputFiles[0]?.text ?? "").replaceAll("</script", "<\\/script").replaceAll("<!--", "<\\!--");
}
