import { expect, test } from "vitest";
import { wrapLines, wrapText } from "../../src/screen/wrap-text.ts";

test("a long line goes on below its own text, with whole words", () => {
  expect(
    wrapLines("  kym_radon: stale. The results have not been indexed yet.\n  id  short", 30).split("\n"),
  ).toEqual(["  kym_radon: stale. The", "    results have not been", "    indexed yet.", "  id  short"]);
});

test("a line with a label goes on below what follows the label", () => {
  expect(
    wrapLines("  scale     uncalibrated: no header, sizes are in pixels and lines", 48).split("\n"),
  ).toEqual(["  scale     uncalibrated: no header, sizes are", "            in pixels and lines"]);
});

test("a path that is wider than the terminal is broken after a slash, and any other word anywhere", () => {
  expect(wrapLines("see 28d_AngII/20250722/flow-analysis/20250722_A89_0007.csv", 30).split("\n")).toEqual([
    "see",
    "  28d_AngII/20250722/",
    "  flow-analysis/",
    "  20250722_A89_0007.csv",
  ]);
  expect(wrapLines("x".repeat(25), 10).split("\n")).toEqual([
    "x".repeat(10),
    `  ${"x".repeat(8)}`,
    `  ${"x".repeat(7)}`,
  ]);
});

test("no line is wider than the terminal, no word is lost, and a pipe gets the text as it is", () => {
  const text = `kept: ${"28d AngII/20250722/a.csv, ".repeat(20)}血管 end`;
  for (const width of [2, 10, 40, 80]) {
    const wrapped = wrapLines(text, width);
    expect(wrapped.replaceAll(/\s/g, "")).toBe(text.replaceAll(/\s/g, ""));
    expect(Math.max(...wrapped.split("\n").map((line) => line.length))).toBeLessThanOrEqual(width);
  }
  expect(wrapText(text, { outIsTty: false, width: 40 })).toBe(text);
});
