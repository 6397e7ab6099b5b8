// Checks that some libraries are imported by one file only.

import { expect, test } from "vitest";
import { packageOfSpecifier } from "./source/module-specifier.ts";
import { readSourceTree, type SourceTree, sourceTree } from "./source/source-tree.ts";
import { libraryPackages, sourceFiles } from "./source/workspace-package.ts";

/** Libraries that read and write files. One file imports each of them, and corrects what it gets wrong. */
const LIBRARIES = ["zarrita", "parquet-wasm", "geotiff"];

/** Importing the parser of the command takes as long as all of `kym --help`, so one file loads it with a command. */
const LIBRARIES_OF_THE_COMMAND = ["commander", "write-excel-file"];

function importersOf(tree: SourceTree, library: string): readonly string[] {
  return importersIn(
    tree,
    library,
    libraryPackages(tree).map(({ folder }) => folder),
  );
}

function importersIn(tree: SourceTree, library: string, folders: readonly string[]): readonly string[] {
  return folders
    .flatMap((folder) => sourceFiles(tree, `${folder}/src`))
    .filter(({ module }) =>
      [...module.imports].some((specifier) => packageOfSpecifier(specifier) === library),
    )
    .map(({ path }) => path);
}

test.each(LIBRARIES)("one file of packages/ imports %s", (library) => {
  expect(importersOf(readSourceTree(), library)).toEqual([expect.any(String)]);
});

test.each(LIBRARIES_OF_THE_COMMAND)("one file of apps/cli imports %s", (library) => {
  expect(importersIn(readSourceTree(), library, ["apps/cli"])).toEqual([expect.any(String)]);
});

test("a second importer is found, be it for a type or by a path inside the library", () => {
  const tree = sourceTree({
    "packages/zarr-store/package.json": JSON.stringify({ name: "@kym/zarr-store" }),
    "packages/zarr-store/src/array.ts": `import { open } from "zarrita";`,
    "packages/zarr-store/src/group.ts": `import type { Group } from "zarrita";`,
    "packages/zarr-store/src/late.ts": `const library = await import("zarrita/dist/open.js");`,
    "packages/zarr-store/src/other.ts": `/** import "zarrita" */ const name = "zarrita";`,
  });
  expect(importersOf(tree, "zarrita")).toEqual([
    "packages/zarr-store/src/array.ts",
    "packages/zarr-store/src/group.ts",
    "packages/zarr-store/src/late.ts",
  ]);
});
