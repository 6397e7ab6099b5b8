// Bundles the elements into one script. The build does so once, and what is published has only the result.

import { build } from "esbuild";

const SCRIPT = `
  import * as kymElements from "../index.ts";
  globalThis.kymElements = kymElements;
  kymElements.defineElements();
`;

/** The text of the script, from the sources of this clone. */
export async function pageScriptText(): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents: SCRIPT, loader: "ts", resolveDir: import.meta.dirname },
    bundle: true,
    conditions: ["@kym/source"],
    format: "iife",
    // What MIT asks for.
    banner: {
      js: "/*! With uPlot 1.6.32, copyright 2025 Leon Sorokin, MIT licence, and @noble/hashes, copyright Paul Miller, MIT licence */",
    },
    // Escapes whatever would end the script element.
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
