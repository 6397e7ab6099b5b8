import { expect, test } from "vitest";
import { testGroups } from "../../src/report/numbers/test-words.ts";

function words(...groups: readonly (readonly number[])[]): string {
  return testGroups(groups.map((values, index) => ({ name: "ABC"[index] ?? "", values }))).words;
}

const numbers = (from: number, count: number): number[] => Array.from({ length: count }, (_, i) => from + i);

test("a test of two groups says how often one is higher, in pairs of images", () => {
  expect(words([0, 0, 1, 3], [0, 2, 2, 4, 5])).toBe(
    "Mann–Whitney U = 5 for A, n = 4 (A), 5 (B), p = 0.26 (two-sided, asymptotic), rank-biserial r = −0.5: B is higher in 75 % of pairs.",
  );
  expect(words([1, 4], [2, 3])).toMatch(/rank-biserial r = 0: neither is higher more often\.$/);
});

test.each([
  [numbers(0, 4), numbers(100, 4), "p = 0.0286 "],
  [numbers(0, 8), numbers(100, 8), "p = 0.000155 "],
  [numbers(0, 30), numbers(100, 40), "p = 1.1e−12 "],
])("p has three digits, and a power of ten only where zeros would have to be counted", (first, second, p) => {
  expect(words(first, second)).toContain(p);
});

test("a value that is not a number gives a reason, not a p", () => {
  expect(
    testGroups([
      { name: "A", values: [1, Number.NaN] },
      { name: "B", values: [1, 2] },
    ]),
  ).toEqual({
    kind: "none",
    words: "No test: a value is not a number.",
  });
});
