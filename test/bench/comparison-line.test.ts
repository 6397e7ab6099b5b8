// Tests the line that reports a comparison of two builds.

import { expect, test } from "vitest";
import type { Comparison, Verdict } from "../../bench/against/compare-rounds.ts";
import { comparisonLine, summaryLine } from "../../bench/against/comparison-line.ts";

function compared(name: string, verdict: Verdict, highest = 1.02) {
  const comparison: Comparison = {
    new: 123.44,
    old: 120,
    ratio: { median: 1.029, low: 1.01, high: 1.05 },
    oldOverOld: { median: 0.998, low: 0.99, high: highest },
    verdict,
  };
  return { title: { name, unit: "ms" as const }, comparison };
}

test("a comparison is two lines: what it concludes, then the times, the ratio and the old build against itself", () => {
  const { title, comparison } = compared("ingest", "within 5 %");
  expect(comparisonLine(title, comparison)).toBe(
    "ingest: as fast, within 5 %\n  new 123 ms, old 120 ms; ratio 1.029 (1.010 to 1.050); old against itself 0.998 (0.990 to 1.020)",
  );
});

test("time and memory have words of their own for more and less", () => {
  const line = (unit: "ms" | "MiB", verdict: Verdict): string | undefined =>
    comparisonLine({ name: "read", unit }, compared("read", verdict).comparison).split("\n")[0];
  expect([line("ms", "more"), line("ms", "less")]).toEqual(["read: SLOWER", "read: faster"]);
  expect([line("MiB", "more"), line("MiB", "less")]).toEqual(["read: LARGER", "read: smaller"]);
  expect(line("MiB", "within the old build's spread")).toBe("read: as large, within the old build's spread");
});

test("the last line names each measure that takes more than before", () => {
  const all = [compared("ingest", "more"), compared("index", "less"), compared("export", "more")];
  expect(summaryLine("bench:growth", all)).toBe("bench:growth: 2 of 3 take more than before: ingest; export");
  expect(summaryLine("bench:growth", all.slice(1, 2))).toBe("bench:growth: none of 1 takes more than before");
});

test("a comparison on a busy machine says that it cannot tell a small difference", () => {
  const lines = summaryLine("bench:index", [compared("index", "within 5 %", 1.4)]).split("\n");
  expect(lines).toEqual([
    "bench:index: none of 1 takes more than before",
    "The old build took up to 1.40 times as much as itself: measure on a quieter machine, or more rounds",
  ]);
});
