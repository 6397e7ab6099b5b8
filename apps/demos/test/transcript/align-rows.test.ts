import { expect, it } from "vitest";
import { alignRows } from "../../src/transcript/align-rows.ts";

it("columns of numbers stand to the right, others to the left, and no line ends in spaces", () => {
  const rows = [
    ["scan", "mm/s", "error", ""],
    ["a", "-10.25", "0.19 %", "steady"],
    ["long name", "1.5", "—", ""],
  ];
  expect(alignRows(rows).split("\n")).toEqual([
    "scan         mm/s   error",
    "a          -10.25  0.19 %  steady",
    "long name     1.5       —",
  ]);
});

it("one cell that is not a number sends its whole column to the left", () => {
  expect(alignRows([["n"], ["10000"], ["many"]])).toBe("n\n10000\nmany");
});
