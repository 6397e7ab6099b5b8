// Bundles what a report does in a browser into one script. The build does so once; what is published has only the result.

import { join } from "node:path";
import { build } from "esbuild";

/** The text of a classic script, from the sources of this clone. It holds no closing tag of a script. */
export async function reportScriptText(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [join(import.meta.dirname, "browser/main.ts")],
    bundle: true,
    conditions: ["@kym/source"],
    format: "iife",
    charset: "ascii",
    legalComments: "none",
    logLevel: "silent",
    minify: true,
    platform: "browser",
    target: "es2022",
    write: false,
  });
  return (outputFiles[0]?.text ?? "").replaceAll("</script", "<\\/script").replaceAll("<!--", "<\\!--");
}
