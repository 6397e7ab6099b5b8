import { expect, test } from "vitest";
import { finiteCell } from "../../src/indexer/finite-cell.ts";

test.each([
  [1.5, 1.5],
  [3n, 3],
  [-0, -0],
  [2n ** 60n + 1n, 2 ** 60],
  [Number.NaN, null],
  [Number.POSITIVE_INFINITY, null],
  ["3", null],
  [true, null],
  [null, null],
  [undefined, null],
])("the number of a cell that holds %s is %s", (cell, number) => {
  expect(finiteCell(cell)).toBe(number);
});
