// Each source file begins with one sentence that says what the file is for.
import { expect, test } from "vitest";
import { readSourceTree, type SourceTree, sourceTree } from "./source/source-tree.ts";
import { sourceFiles } from "./source/workspace-package.ts";

const FOLDERS = ["packages", "apps"];
const MOST_LINES = 3;
/** An entry of a package begins with the docstring of the module. */
const MODULE = /^\/\*\*(?:(?!\*\/)[\s\S])*@module(?:(?!\*\/)[\s\S])*\*\//;

function headerProblems(tree: SourceTree): readonly string[] {
  return FOLDERS.flatMap((folder) => sourceFiles(tree, folder))
    .filter(({ path }) => /\/src\//.test(path))
    .flatMap(({ path, text }) => {
      const header = /^(?:#![^\n]*\n)?((?:\/\/ [^\n]*\n)+)/.exec(text)?.[1];
      if (header === undefined) {
        return MODULE.test(text) ? [] : [`${path}: begins with no sentence`];
      }
      const lines = header.trimEnd().split("\n");
      if (lines.length > MOST_LINES) {
        return [`${path}: the header has ${lines.length} lines`];
      }
      return /[.:]$/.test(header.trimEnd()) ? [] : [`${path}: the header is not a sentence`];
    });
}

test("each source file begins with one sentence that says what it is for", () => {
  expect(headerProblems(readSourceTree())).toEqual([]);
});

test("a file without a header, with half a sentence and with a page of them is found", () => {
  const tree = sourceTree({
    "packages/roi/src/index.ts": "/**\n * Regions.\n *\n * @module\n */\nexport {};",
    "packages/roi/src/good.ts": "// What a region covers.\nexport {};",
    "packages/roi/src/bare.ts": "/** What a region covers. */\nexport const a = 1;",
    "packages/roi/src/half.ts": "// What a region covers\nexport {};",
    "apps/cli/src/long.ts": `${"// One.\n".repeat(4)}export {};`,
    "apps/cli/src/bin.ts": "#!/usr/bin/env node\n// Starts it.\nexport {};",
    "packages/roi/test/a.test.ts": "export {};",
  });
  expect(headerProblems(tree)).toEqual([
    "packages/roi/src/bare.ts: begins with no sentence",
    "packages/roi/src/half.ts: the header is not a sentence",
    "apps/cli/src/long.ts: the header has 4 lines",
  ]);
});
