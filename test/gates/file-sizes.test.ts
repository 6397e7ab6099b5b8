// Checks how long the source files are.

import { expect, test } from "vitest";
import { readSourceTree, type SourceTree, sourceTree } from "./source/source-tree.ts";
import { sourceFiles, workspacePackages } from "./source/workspace-package.ts";

const MEDIAN_LINES = 110;
const P90_LINES = 280;
const MOST_LINES = 400;

/** Files that may be longer, with the reason. */
const LONGER: ReadonlyMap<string, string> = new Map([]);

function fileSizeProblems(tree: SourceTree, longer: ReadonlyMap<string, string>): readonly string[] {
  return workspacePackages(tree).flatMap(({ folder }) => {
    const sizes = sourceFiles(tree, `${folder}/src`).map(({ path, text }) => ({
      path,
      lines: linesOf(text),
    }));
    const tooLong = sizes.filter(({ path, lines }) => lines > MOST_LINES && !longer.has(path));
    const median = quantile(sizes, 0.5);
    const p90 = quantile(sizes, 0.9);
    return [
      ...tooLong.map(({ path, lines }) => `${path}: ${lines} lines, ${MOST_LINES} at most`),
      ...(median > MEDIAN_LINES ? [`${folder}: median ${median} lines, ${MEDIAN_LINES} at most`] : []),
      ...(p90 > P90_LINES ? [`${folder}: 90th percentile ${p90} lines, ${P90_LINES} at most`] : []),
    ];
  });
}

function linesOf(text: string): number {
  return text.split("\n").length - 1;
}

/** The size that a given share of the files does not exceed. */
function quantile(sizes: readonly { readonly lines: number }[], part: number): number {
  const sorted = sizes.map(({ lines }) => lines).toSorted((a, b) => a - b);
  return sorted[Math.ceil(sorted.length * part) - 1] ?? 0;
}

test("files are short: the median, the 90th percentile and the longest of every package", () => {
  expect(fileSizeProblems(readSourceTree(), LONGER)).toEqual([]);
});

test("no exception outlives its file", () => {
  const tree = readSourceTree();
  expect([...LONGER.keys()].filter((path) => linesOf(tree.get(path) ?? "") <= MOST_LINES)).toEqual([]);
});

test("a long file, a long median and a long tail are found", () => {
  const file = (lines: number): string => "let a;\n".repeat(lines);
  const tree = sourceTree({
    "packages/roi/package.json": "{}",
    "packages/roi/src/a.ts": file(110),
    "packages/roi/src/b.ts": file(280),
    "packages/roi/test/a.test.ts": file(900),
    "packages/zarr-store/package.json": "{}",
    "packages/zarr-store/src/a.ts": file(111),
    "packages/zarr-store/src/b.ts": file(401),
    "packages/zarr-store/src/c.ts": file(402),
  });
  expect(fileSizeProblems(tree, new Map([["packages/zarr-store/src/c.ts", "a table"]]))).toEqual([
    "packages/zarr-store/src/b.ts: 401 lines, 400 at most",
    "packages/zarr-store: median 401 lines, 110 at most",
    "packages/zarr-store: 90th percentile 402 lines, 280 at most",
  ]);
});
