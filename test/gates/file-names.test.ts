// Checks that a file is named after what it exports.

import { posix } from "node:path";
import { expect, test } from "vitest";
import { readSourceTree, type SourceTree, sourceTree } from "./source/source-tree.ts";
import { sourceFiles, workspacePackages } from "./source/workspace-package.ts";

const SAY_NOTHING = new Set([
  "common",
  "helper",
  "helpers",
  "lib",
  "misc",
  "shared",
  "types",
  "util",
  "utils",
]);
const KEBAB_CASE = /^[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9]+)*$/;
/** Files named after their place: the entry of a folder, and the error class of a package. */
const NAMED_BY_PLACE = new Set(["errors", "index"]);

/** Files named after the common subject of their exports, because none is the main one. */
const SUBJECTS: ReadonlyMap<string, string> = new Map([
  ["packages/flow/src/radon/angles/angle-grid.ts", "the angles of the transform, by number"],
  ["packages/flow/src/radon/angles/angle-tables.ts", "what a script computed of them"],
  ["packages/legacy-io/src/folder/sidecar-name.ts", "what the name of a file says about it"],
  ["packages/legacy-io/src/tiff/header/ifd.ts", "image file directories, as TIFF 6.0 names them"],
  ["packages/legacy-io/src/tiff/pixels/predictor.ts", "the tag Predictor of TIFF 6.0"],
  [
    "packages/zarr-store/src/array/zarr-array.ts",
    "reading and writing arrays, behind the one import of zarrita",
  ],
  ["packages/zarr-store/src/bytes/line-ends.ts", "LF and CRLF, and which of them a text has"],
  ["packages/zarr-store/src/commit/object-path.ts", "what the protocol knows of an object's path"],
  ["packages/zarr-store/src/commit/publish/recovery.ts", "what the next writer does about the last"],
  ["packages/zarr-store/src/dataset/layout.ts", "which path holds what"],
  ["packages/zarr-store/src/json/lossless-json.ts", "JSON that keeps every digit and the order of keys"],
  ["packages/zarr-store/src/table/arrow-table.ts", "tables in memory, behind the one import of apache-arrow"],
  ["packages/zarr-store/src/zip/zip-layout.ts", "the records of a zip file, field by field"],
  ["packages/zarr-store/src/dataset/tables/table-store.ts", "tables in a dataset"],
]);

function fileNameProblems(tree: SourceTree, subjects: ReadonlyMap<string, string>): readonly string[] {
  const paths = [...tree.keys()].filter((path) => path.endsWith(".ts"));
  const badNames = paths.flatMap((path) => {
    const parts = path.replace(/\.ts$/, "").split("/");
    const empty = parts
      .filter((part) => SAY_NOTHING.has(part))
      .map((part) => `${path}: ${part} says nothing`);
    return KEBAB_CASE.test(posix.basename(path)) ? empty : [...empty, `${path}: is not in kebab-case`];
  });
  return [...badNames, ...unnamedConcepts(tree, subjects)];
}

/** Files whose name does not match an export. A file without exports is a program or a worker. */
function unnamedConcepts(tree: SourceTree, subjects: ReadonlyMap<string, string>): readonly string[] {
  return workspacePackages(tree)
    .flatMap(({ folder }) => sourceFiles(tree, `${folder}/src`))
    .flatMap(({ path, module }) => {
      const name = posix.basename(path, ".ts");
      const isProgram = module.exports.size === 0 && (path.startsWith("apps/") || name.endsWith("-worker"));
      if (isProgram || NAMED_BY_PLACE.has(name)) {
        return [];
      }
      const exported = [...module.exports];
      const isNamed =
        exported.some((one) => isNamedAfter(name, one)) ||
        (exported.length > 1 && exported.some((one) => sharesWord(name, one)));
      return isNamed || subjects.has(path)
        ? []
        : [`${path}: exports ${[...module.exports].join(", ") || "nothing"}, not ${name}`];
    });
}

/** A file with several exports is named after their subject: `json-artifacts` exports `loadJsonText` and similar. */
function sharesWord(name: string, exported: string): boolean {
  return name.split("-").some((word) => word.length > 2 && isNamedAfter(word, exported));
}

/** Compares without case and order: `run-markers` fits `RunMarker` and `RUN_MARKER`, `file-role` fits `roleOfFile`. */
function isNamedAfter(name: string, exported: string): boolean {
  const folded = exported.replaceAll("_", "").toLowerCase();
  return name.split("-").every((word) => folded.includes(word.replace(/s$/, "").toLowerCase()));
}

test("every file is named in kebab-case after what it exports", () => {
  expect(fileNameProblems(readSourceTree(), SUBJECTS)).toEqual([]);
});

test("no exception outlives its file", () => {
  const tree = readSourceTree();
  expect([...SUBJECTS.keys()].filter((path) => !tree.has(path))).toEqual([]);
});

test("a name that says nothing, one in camel case and one of another concept are found", () => {
  const tree = sourceTree({
    "packages/roi/package.json": "{}",
    "packages/roi/src/index.ts": `export * from "./rect.ts";`,
    "packages/roi/src/errors.ts": "export class RoiError {}",
    "packages/roi/src/utils.ts": "export const utils = 1;",
    "packages/roi/src/lib/mask.ts": "export interface RoiMask {}",
    "packages/roi/src/hitTest.ts": "export function hitTest() {}",
    "packages/roi/src/run-markers.ts": "export const encodeRunMarker = 1;",
    "packages/roi/src/file-role.ts": "export const roleOfFile = 1;",
    "packages/roi/src/rect.ts": "export const polygon = 1;",
    "packages/roi/src/geometry.ts": "export const area = 1;",
    "packages/roi/src/silent.ts": "let nothing = 1;",
    "packages/roi/src/polygon-files.ts": "export const readPolygon = 1; export const writePolygon = 1;",
    "packages/roi/src/polygon-lines.ts": "export const one = 1; export const two = 1;",
    "packages/roi/src/node/decode-worker.ts": "let worker = 1;",
    "apps/cli/package.json": "{}",
    "apps/cli/src/main.ts": "process.exit();",
  });
  const subjects = new Map([["packages/roi/src/geometry.ts", "shapes"]]);
  expect(fileNameProblems(tree, subjects)).toEqual([
    "packages/roi/src/utils.ts: utils says nothing",
    "packages/roi/src/lib/mask.ts: lib says nothing",
    "packages/roi/src/hitTest.ts: is not in kebab-case",
    "packages/roi/src/rect.ts: exports polygon, not rect",
    "packages/roi/src/silent.ts: exports nothing, not silent",
    "packages/roi/src/polygon-lines.ts: exports one, two, not polygon-lines",
  ]);
});
