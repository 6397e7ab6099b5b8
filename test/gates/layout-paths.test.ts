// Checks that only a few files spell the paths of a dataset.

import { expect, test } from "vitest";
import { readSourceTree, type SourceTree, sourceTree } from "./source/source-tree.ts";
import { sourceFiles } from "./source/workspace-package.ts";

/** The files that name a dataset's folders and files. Other code gets a path from them. */
const HOMES: ReadonlySet<string> = new Set([
  "packages/zarr-store/src/dataset/layout.ts",
  // The commit protocol is below the dataset. It groups objects by image, and distinguishes Zarr's files from others.
  "packages/zarr-store/src/commit/object-path.ts",
]);

/** Files that may spell such paths, with the reason. */
const EXCEPTIONS: ReadonlyMap<string, string> = new Map([
  [
    "packages/zarr-store/src/array/write-array.ts",
    "an array's metadata, as the Zarr specification names them",
  ],
  ["packages/zarr-store/src/zip/zarr-zip-order.ts", "the file of a node, as the Zarr specification names it"],
  ["packages/zarr-store/src/image/artifact-name.ts", "a reserved word in names"],
  [
    "packages/kym-dataset/src/table/table-name.ts",
    "reserved words in names, with how they were once spelled",
  ],
  ["packages/legacy-io/src/export/plan-export.ts", "the layout of an export, which is another format"],
  ["apps/cli/src/commands/adopt.ts", "an example of what a user types"],
]);

/** A path below a folder of the layout, or the file of a Zarr node; not the end of a name such as `radon/analysis`. */
const PATH = /(^|[\s/"'(])((images|analysis|analysis_arrays|attachments|tables)\/|zarr\.json)/;
/** The same, as parts to be joined. */
const JOINED = /\bjoin(Key)?\([^)]*"(images|analysis|analysis_arrays|attachments|tables|zarr\.json)"/g;
const FOLDERS = [
  "packages/zarr-store",
  "packages/kym-schema",
  "packages/legacy-io",
  "packages/kym-dataset",
  "packages/roi",
  "apps/cli",
];

function layoutPathProblems(
  tree: SourceTree,
  exceptions: ReadonlyMap<string, string> = EXCEPTIONS,
): readonly string[] {
  return FOLDERS.flatMap((folder) => sourceFiles(tree, `${folder}/src`))
    .filter(({ path }) => !HOMES.has(path) && !exceptions.has(path))
    .flatMap(({ path, text, module }) => [
      ...[...module.strings]
        .filter((string) => PATH.test(string) && !module.imports.has(string))
        .map((string) => `${path}: ${string}`),
      ...Array.from(text.matchAll(JOINED), ([call]) => `${path}: ${call}`),
    ]);
}

test("where things are in a dataset is written down in one file of each layer", () => {
  expect(layoutPathProblems(readSourceTree())).toEqual([]);
});

test("no exception for a path outlives its file or its reason", () => {
  const tree = readSourceTree();
  const found = new Set(layoutPathProblems(tree, new Map()).map((problem) => problem.split(": ")[0]));
  expect([...EXCEPTIONS.keys()].filter((path) => !found.has(path))).toEqual([]);
});

test("a path in a string, a template or joined parts is found; a name, a comment and another's word are not", () => {
  const tree = sourceTree({
    "packages/zarr-store/src/dataset/layout.ts": `export const path = "images/one/zarr.json";`,
    "packages/legacy-io/src/index.ts": `
      // The file is images/<id>/analysis/x.json.
      export const key = \`analysis/\${name}.json\`;
      export const node = id + "/zarr.json";
      export const table = joinKey(root, "tables", name);
      export const artifact = "radon/analysis";
      export const counted = "images per second";
      export * from "../tables/read.ts";
      export const message = "put it below attachments/ and try again";`,
    "apps/cli/src/main.ts": `export const file = join(location, "images", id);`,
    "apps/demos/src/show.ts": `export const name = "analysis/params";`,
  });
  expect(layoutPathProblems(tree)).toEqual([
    "packages/legacy-io/src/index.ts: analysis/",
    "packages/legacy-io/src/index.ts: /zarr.json",
    "packages/legacy-io/src/index.ts: put it below attachments/ and try again",
    `packages/legacy-io/src/index.ts: joinKey(root, "tables"`,
    `apps/cli/src/main.ts: join(location, "images"`,
  ]);
});
