// Checks that one file does what is easy to get wrong: inflating, SHA-256, the quotes of a CSV.

import { expect, test } from "vitest";
import { packageOfSpecifier } from "./source/module-specifier.ts";
import { readSourceTree, type SourceTree, sourceTree } from "./source/source-tree.ts";
import { libraryPackages, sourceFiles, type WorkspacePackage } from "./source/workspace-package.ts";

/** The code by which a file that does it itself is recognised. */
const MARKS: Readonly<Record<string, RegExp>> = {
  inflate:
    /\bnew DecompressionStream\(|\bimport\b[^;]*\b(inflate|gunzip|unzip|brotliDecompress)\w*\b[^;]*"node:zlib"/i,
  "SHA-256": /\bsubtle\.digest\(|"node:crypto"|"@noble\/hashes\/|0x6a09e667/,
  "CSV quotes": /replace(All)?\(("""|'"'|\/"\/g), ("\\"\\""|'""')\)/,
};

/** Further files that may do it, with the reason. */
const BESIDES: ReadonlyMap<string, string> = new Map([
  [
    "packages/kym-dataset/src/indexer/sha256-hex.ts: SHA-256",
    "of parameters and geometries, at once; the runtime's takes a promise in a browser",
  ],
  [
    "packages/legacy-io/src/node/files/sha256-of.ts: SHA-256",
    "piece by piece, of files of gigabytes; the runtime takes whole bytes",
  ],
  [
    "packages/legacy-io/src/node/export/redacting-sink.ts: inflate",
    "Node's own, which also unpacks a kept file of several gzip members, as the platform's stream does not",
  ],
  [
    "packages/legacy-io/src/node/files/gunzip.ts: inflate",
    "Node's own, at once: sidecars that are packed, of which an ingest reads thousands",
  ],
  [
    "packages/legacy-io/src/node/tiff/tiff-codecs.ts: inflate",
    "Node's own, several times faster than what runs everywhere",
  ],
  [
    "packages/legacy-io/src/export/path-redaction.ts: CSV quotes",
    "looks for a path as a CSV may have it, without the quotes around a cell",
  ],
]);

/** The files that do one of these, as `path: what`. */
function implementers(tree: SourceTree): ReadonlyMap<string, WorkspacePackage> {
  const found = new Map<string, WorkspacePackage>();
  for (const one of libraryPackages(tree)) {
    for (const { path } of sourceFiles(tree, `${one.folder}/src`)) {
      const code = (tree.get(path) ?? "").replaceAll(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, "");
      for (const [what, mark] of Object.entries(MARKS)) {
        if (mark.test(code)) {
          found.set(`${path}: ${what}`, one);
        }
      }
    }
  }
  return found;
}

/** A package that does not build on another of ours may have one of each, and another one for Node. */
function surplus(tree: SourceTree, besides: ReadonlyMap<string, string>): readonly string[] {
  const names = new Set(libraryPackages(tree).map(({ name }) => name));
  const taken = new Set<string>();
  return [...implementers(tree)].flatMap(([place, { folder, name }]) => {
    if (besides.has(place)) {
      return [];
    }
    const isLowest = !sourceFiles(tree, `${folder}/src`).some(({ module }) =>
      [...module.imports].some((specifier) => {
        const of = packageOfSpecifier(specifier);
        return of !== undefined && of !== name && names.has(of);
      }),
    );
    const [path = "", what = ""] = place.split(": ");
    const seat = `${folder} ${path.startsWith(`${folder}/src/node/`) ? "node" : "everywhere"} ${what}`;
    if (isLowest && !taken.has(seat)) {
      taken.add(seat);
      return [];
    }
    return [place];
  });
}

test("inflating, SHA-256 and the quotes of a CSV are in one file of the package that all build on, or listed", () => {
  const tree = readSourceTree();
  expect(surplus(tree, BESIDES)).toEqual([]);
  const all = implementers(tree);
  expect([...BESIDES.keys()].filter((place) => !all.has(place))).toEqual([]);
  for (const what of Object.keys(MARKS)) {
    expect([...all.keys()].filter((place) => place.endsWith(`: ${what}`))).not.toEqual([]);
  }
});

test("a second implementer is found, and the first of a package that builds on another; comments are not", () => {
  const tree = sourceTree({
    "packages/zarr-store/package.json": JSON.stringify({ name: "@kym/zarr-store" }),
    "packages/zarr-store/src/inflate.ts": `const stream = new DecompressionStream("gzip");`,
    "packages/zarr-store/src/again.ts": `const stream = new DecompressionStream("deflate");`,
    "packages/zarr-store/src/said.ts": `/** As new DecompressionStream() does. */ export const one = 1;`,
    "packages/zarr-store/src/hash.ts": `const hash = await crypto.subtle.digest("SHA-256", bytes);`,
    "packages/zarr-store/src/node/hash.ts": `import { hash } from "node:crypto";`,
    "packages/legacy-io/package.json": JSON.stringify({ name: "@kym/legacy-io" }),
    "packages/legacy-io/src/hash.ts": `import "@kym/zarr-store"; import { sha256 } from "@noble/hashes/sha2.js";`,
    "packages/legacy-io/src/cell.ts": `const cell = text.replaceAll('"', '""');`,
    "packages/legacy-io/src/node/unpack.ts": `import { gunzipSync } from "node:zlib";`,
    "packages/legacy-io/src/node/pack.ts": `import { gzipSync } from "node:zlib";`,
  });
  const listed = new Map([["packages/legacy-io/src/cell.ts: CSV quotes", "a reason"]]);
  expect(surplus(tree, listed)).toEqual([
    "packages/zarr-store/src/again.ts: inflate",
    "packages/legacy-io/src/hash.ts: SHA-256",
    "packages/legacy-io/src/node/unpack.ts: inflate",
  ]);
});
