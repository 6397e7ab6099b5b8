import { expect, test } from "vitest";
import { packageOfSpecifier } from "./source/module-specifier.ts";
import { readSourceTree, type SourceTree, sourceTree } from "./source/source-tree.ts";
import { libraryPackages, sourceFiles } from "./source/workspace-package.ts";

/** Libraries that read and write files: each behind one file, where what it gets wrong is put right. */
const LIBRARIES = ["zarrita", "parquet-wasm", "geotiff"];

/** The command's parser costs as much to import as all of `kym --help`: it is loaded with a command, by one file. */
const LIBRARIES_OF_THE_COMMAND = ["commander"];

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
