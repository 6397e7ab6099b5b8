// Checks that a folder holds few files, or many of one kind.

import { posix } from "node:path";
import { expect, test } from "vitest";
import { readSourceTree, type SourceTree, sourceTree } from "./source/source-tree.ts";

const MOST_FILES = 12;
const ENTRIES = new Set(["index.ts", "main.ts"]);

/** Folders with many files of one kind, with the reason. */
const FAMILIES: ReadonlyMap<string, string> = new Map([
  ["test/gates", "gates: one rule a file"],
  ["test/gates/public-api", "listings: one entry of a package a file"],
  ["packages/legacy-io/src/formats/sidecars", "formats of sidecars: one object a file"],
]);

function folderProblems(tree: SourceTree, families: ReadonlyMap<string, string>): readonly string[] {
  const folders = foldersOf(tree);
  return [...folders].flatMap(([folder, names]) => {
    if (names.length > MOST_FILES && !families.has(folder)) {
      return [`${folder}: ${names.length} files, ${MOST_FILES} at most`];
    }
    const [only = ""] = names;
    const mayBeAlone =
      names.length > 1 || ENTRIES.has(only) || isWhole(folder) || mirrorsSource(folder, folders);
    return mayBeAlone ? [] : [`${folder}: holds ${only} alone`];
  });
}

/** The folders of every `src` and `test`, with the files directly in each. */
function foldersOf(tree: SourceTree): ReadonlyMap<string, readonly string[]> {
  const folders = new Map<string, string[]>();
  for (const path of tree.keys()) {
    if (/^((packages|apps)\/[^/]+\/(src|test)|test)\//.test(path) && !path.endsWith(".md")) {
      const folder = posix.dirname(path);
      folders.set(folder, [...(folders.get(folder) ?? []), posix.basename(path)]);
    }
  }
  return folders;
}

/** Whether a folder is a whole `src` or `test`. */
function isWhole(folder: string): boolean {
  return /^(packages|apps)\/[^/]+\/(src|test)$/.test(folder);
}

/** A folder may hold a single test if its subject is in a folder of the same name. */
function mirrorsSource(folder: string, folders: ReadonlyMap<string, unknown>): boolean {
  const [, home, rest] = /^((?:packages|apps)\/[^/]+)\/test(\/.*)$/.exec(folder) ?? [];
  const source = `${home}/src${rest}`;
  return rest !== undefined && [...folders.keys()].some((one) => `${one}/`.startsWith(`${source}/`));
}

test("no folder of src or test holds more than 12 files, and none but an entry's holds one", () => {
  expect(folderProblems(readSourceTree(), FAMILIES)).toEqual([]);
});

test("no family is listed that has 12 files or fewer", () => {
  const folders = foldersOf(readSourceTree());
  const small = [...FAMILIES.keys()].filter((folder) => (folders.get(folder) ?? []).length <= MOST_FILES);
  expect(small).toEqual([]);
});

test("a folder of 13 files and one of a single file are found; families, entries and mirrors are not", () => {
  const many = (folder: string, count: number): Record<string, string> =>
    Object.fromEntries(Array.from({ length: count }, (_, index) => [`${folder}/f${index}.ts`, ""]));
  const tree = sourceTree({
    ...many("packages/roi/src/shapes", 13),
    ...many("packages/roi/src/codecs", 13),
    ...many("packages/roi/src/edit", 12),
    ...many("packages/roi/other", 20),
    "packages/roi/src/node/index.ts": "",
    "packages/roi/src/stored/envelope.ts": "",
    "packages/roi/test/edit/clamp.test.ts": "",
    "packages/roi/test/alone/clamp.test.ts": "",
    "test/interop/shapely/areas.test.ts": "",
  });
  expect(folderProblems(tree, new Map([["packages/roi/src/codecs", "codecs"]]))).toEqual([
    "packages/roi/src/shapes: 13 files, 12 at most",
    "packages/roi/src/stored: holds envelope.ts alone",
    "packages/roi/test/alone: holds clamp.test.ts alone",
    "test/interop/shapely: holds areas.test.ts alone",
  ]);
});
