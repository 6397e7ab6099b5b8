// Checks that the packages can be bundled for a browser.

import { isBuiltin } from "node:module";
import { resolve } from "node:path";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { expect, test } from "vitest";
import { REPOSITORY_ROOT, readSourceTree } from "./source/source-tree.ts";
import { browserEntries, libraryPackages } from "./source/workspace-package.ts";

interface BrowserBundle {
  /** Imports that a browser cannot load. */
  readonly problems: readonly string[];
  readonly code: Uint8Array;
}

/** Bundles a module with all its imports, as for a web page. It is given as text and resolved in a folder. */
async function bundleForBrowser(text: string, folder: string): Promise<BrowserBundle> {
  const result = await build({
    stdin: { contents: text, loader: "ts", resolveDir: resolve(REPOSITORY_ROOT, folder) },
    bundle: true,
    conditions: ["@kym/source"],
    format: "esm",
    logLevel: "silent",
    metafile: true,
    minify: true,
    platform: "browser",
    // If the code catches a failed import, esbuild only warns, so the import graph is checked too.
    target: "es2023",
    write: false,
  });
  const imports = Object.values(result.metafile.inputs).flatMap((input) =>
    input.imports.map(({ path }) => path),
  );
  return {
    problems: [...new Set(imports)].filter((path) => isBuiltin(path)),
    code: result.outputFiles[0]?.contents ?? new Uint8Array(),
  };
}

const ENTRIES = libraryPackages(readSourceTree()).flatMap((member) =>
  browserEntries(member).map((entry) => ({ entry, folder: member.folder })),
);

test.each(ENTRIES)("the entry $entry runs in a browser", async ({ entry, folder }) => {
  const { problems, code } = await bundleForBrowser(`export * from "${entry}";`, folder);
  expect(problems).toEqual([]);
  console.log(`${entry}: ${kilobytes(code)} kB in a browser, ${kilobytes(gzipSync(code))} kB compressed`);
});

function kilobytes(bytes: Uint8Array): string {
  return (bytes.length / 1000).toFixed(1);
}

test("a builtin fails the bundle, and is found where the code catches the failed import", async () => {
  await expect(bundleForBrowser(`import "node:fs";`, ".")).rejects.toThrow('Could not resolve "node:fs"');
  const caught = await bundleForBrowser(`try { await import("node:zlib"); } catch {}`, ".");
  expect(caught.problems).toEqual(["node:zlib"]);
});
