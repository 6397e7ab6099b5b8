import fc from "fast-check";
import { expect, test } from "vitest";
import { cohenKappa, type ScorePair } from "../../src/copies/index.ts";

/** Pairs from a table of counts: a row per category of the first scorer, a column per category of the second. */
function pairsOf(table: readonly (readonly number[])[]): readonly ScorePair[] {
  return table.flatMap((row, i) => row.map((count, j) => ({ first: `${i}`, second: `${j}`, count })));
}

test.each([
  // By hand: (20 + 15) / 50 = 0.7 agree; by chance 25·30 + 25·20 = 1250 of 2500; (0.7 − 0.5) / (1 − 0.5).
  [
    "a table of two categories",
    [
      [20, 5],
      [10, 15],
    ],
    0.7,
    0.5,
    0.4,
  ],
  // The example of Cohen 1960: 88 + 40 + 12 of 200 agree; by chance 120·100 + 60·60 + 20·40 of 40 000.
  [
    "three categories",
    [
      [88, 14, 18],
      [10, 40, 10],
      [2, 6, 12],
    ],
    0.7,
    0.41,
    0.29 / 0.59,
  ],
  [
    "agreement below chance",
    [
      [0, 4],
      [4, 0],
    ],
    0,
    0.5,
    -1,
  ],
  [
    "agreement of all",
    [
      [3, 0],
      [0, 5],
    ],
    1,
    34 / 64,
    1,
  ],
  [
    "a category that one scorer never chose",
    [
      [6, 0],
      [4, 0],
    ],
    0.6,
    0.6,
    0,
  ],
] as const)("Cohen's kappa of %s is as computed by hand", (_, table, observed, expected, kappa) => {
  const found = cohenKappa(pairsOf(table));
  expect(found.observed).toBeCloseTo(observed, 14);
  expect(found.expected).toBeCloseTo(expected, 14);
  expect(found.kappa).toBeCloseTo(kappa, 14);
});

// sklearn.metrics.cohen_kappa_score of scikit-learn 1.9.1, with the labels that the counts stand for.
test.each([
  [
    [
      [7, 2, 1, 0],
      [3, 11, 0, 2],
      [0, 1, 5, 4],
      [1, 0, 2, 9],
    ],
    0.5508771929824561,
  ],
  [
    [
      [0, 7],
      [3, 1],
    ],
    -0.6176470588235294,
  ],
  [
    [
      [1199, 17],
      [42, 3],
    ],
    0.07192665128173148,
  ],
] as const)("Cohen's kappa of %j is that of scikit-learn", (table, kappa) => {
  expect(cohenKappa(pairsOf(table)).kappa).toBeCloseTo(kappa, 14);
});

test("without items, and where both scorers chose one category throughout, kappa is not known", () => {
  expect(cohenKappa([])).toEqual({
    n: 0,
    agreed: 0,
    observed: null,
    expected: null,
    kappa: null,
    categories: [],
    pairs: [],
  });
  expect(cohenKappa([{ first: "yes", second: "yes", count: 9 }])).toMatchObject({
    n: 9,
    agreed: 9,
    observed: 1,
    expected: 1,
    kappa: null,
  });
});

test("kappa is at most 1, does not depend on who is the first, nor on how pairs are split up", () => {
  const category = fc.constantFrom("a", "b", "c");
  const scores = fc.array(fc.record({ first: category, second: category, count: fc.nat(50) }));
  fc.assert(
    fc.property(scores, (pairs) => {
      const { kappa, n, agreed, ...found } = cohenKappa(pairs);
      const swapped = cohenKappa(
        pairs.map(({ first, second, count }) => ({ first: second, second: first, count })),
      );
      expect(swapped.kappa).toBe(kappa);
      const ones = pairs.flatMap(({ first, second, count }) =>
        Array.from({ length: count }, () => ({ first, second, count: 1 })),
      );
      expect(cohenKappa(ones)).toEqual({ kappa, n, agreed, ...found });
      expect(kappa === null || (kappa <= 1 && kappa >= -1)).toBe(true);
      expect(kappa === 1).toBe(n > 0 && agreed === n && found.categories.length > 1);
    }),
  );
});
