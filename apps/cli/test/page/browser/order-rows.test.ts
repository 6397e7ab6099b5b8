import { expect, it } from "vitest";
import { hasWords, nextDirection, sortedRows } from "../../../src/page/browser/order-rows.ts";

it("rows are sorted by number or by words with numbers in them; what says nothing comes last either way", () => {
  expect(sortedRows([3, null, -1, 2], "ascending")).toEqual([2, 3, 0, 1]);
  expect(sortedRows([3, null, -1, 2], "descending")).toEqual([0, 3, 2, 1]);
  expect(sortedRows(["scan 10", "scan 9", "Scan 1"], "ascending")).toEqual([2, 1, 0]);
  expect(sortedRows(["a", 5, null, "b"], "ascending")).toEqual([1, 0, 3, 2]);
});

it("equal rows keep their order in both directions", () => {
  expect(sortedRows([1, 0, 1, 0], "ascending")).toEqual([1, 3, 0, 2]);
  expect(sortedRows([1, 0, 1, 0], "descending")).toEqual([0, 2, 1, 3]);
});

it("a column is sorted upwards first, then turned", () => {
  expect([null, "ascending", "descending"].map(nextDirection)).toEqual([
    "ascending",
    "descending",
    "ascending",
  ]);
});

it("a filter finds each word in any case and place", () => {
  expect(hasWords("20250715_A32_0002 AngII accepted", "angii a32")).toBe(true);
  expect(hasWords("20250715_A32_0002 AngII accepted", "angii a33")).toBe(false);
  expect(hasWords("anything", "  ")).toBe(true);
  expect(hasWords("ångström µm", "ÅNGSTRÖM μm")).toBe(true);
});
