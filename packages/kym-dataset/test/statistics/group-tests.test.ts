import fc from "fast-check";
import { expect, test } from "vitest";
import { kruskalWallis, mannWhitney } from "../../src/statistics/index.ts";

const SPEEDS = {
  eight: [0.759, 0.603, 0.925, 1.126, 1.341, 1.033, 0.834, 0.765],
  twelve: [0.999, 1.354, 0.809, 0.207, 0.317, 1.34, 0.781, 0.007, 0.667, 0.235, 0.448, 0.505],
  nine: [0.786, 1.166, 0.981, 0.823, 1.123, 1.249, 0.507, 0.923, 0.706],
  otherNine: [0.531, 0.084, 0.608, 0.585, 0.478, 0.181, 0.442, 0.163, 0.058],
};
const MANY_ZEROS = [
  [0, 0, 0, 1, 0, 2, 0, 0, 1, 0],
  [1, 0, 3, 2, 0, 1, 4, 0, 2, 1, 0],
] as const;
const numbers = (from: number, count: number): number[] => Array.from({ length: count }, (_, i) => from + i);

/** How far two numbers are apart, as a share of the greater. */
function apart(a: number, b: number): number {
  return a === b ? 0 : Math.abs(a - b) / Math.max(Math.abs(a), Math.abs(b));
}

// scipy 1.17.1, scipy.stats.mannwhitneyu with its defaults.
test.each([
  ["three and four values", [1.2, 0.9, 1.7], [0.4, 1.1, 0.3, 0.8], 11, 0.11428571428571428, "exact"],
  ["8 and 12 values without ties", SPEEDS.eight, SPEEDS.twelve, 69, 0.11526553941414623, "exact"],
  ["9 and 9 values without ties", SPEEDS.nine, SPEEDS.otherNine, 78, 0.0010862466258220339, "asymptotic"],
  ["few values with ties", [0, 0, 1, 3], [0, 2, 2, 4, 5], 5, 0.26017490098354834, "asymptotic"],
  ["counts, most of them 0", MANY_ZEROS[0], MANY_ZEROS[1], 33, 0.09886888399163266, "asymptotic"],
  ["values that balance", [1, 4, 5, 8], [2, 3, 6, 7], 8, 1, "exact"],
  ["groups far apart", numbers(0, 30), numbers(100, 40), 0, 1.1211096163915445e-12, "asymptotic"],
  ["negative velocities", [-1.2, -0.4, -0.9], [0.5, 0.7, -0.1], 0, 0.1, "exact"],
] as const)("Mann and Whitney's test of %s is scipy's", (_, first, second, u, p, method) => {
  const found = mannWhitney(first, second);
  expect(found).toMatchObject({ kind: "mann_whitney", u, method });
  expect(found.kind === "none" ? 1 : apart(found.p, p)).toBeLessThan(1e-12);
});

// scipy 1.17.1, scipy.stats.kruskal.
test.each([
  [
    "three groups with ties",
    [
      [1, 2, 2, 3],
      [2, 3, 4, 5],
      [3, 3, 5, 9],
    ],
    5.185424354243544,
    0.07481684811978831,
  ],
  [
    "two groups",
    [
      [1.5, 2.5, 3.5],
      [2, 4, 6, 8],
    ],
    1.9999999999999964,
    0.15729920705028153,
  ],
  [
    "four groups of counts",
    [
      [0, 1, 2],
      [1, 1, 3],
      [0, 0, 2],
      [5, 4, 9],
    ],
    7.187725631768958,
    0.06614902019706549,
  ],
  [
    "groups far apart",
    [numbers(0, 40), numbers(100, 40), numbers(200, 40)],
    105.78512396694214,
    1.0691833741861901e-23,
  ],
  [
    "groups of the same values",
    [
      [1, 2, 3],
      [1, 2, 3],
      [1, 2, 3],
    ],
    0,
    1,
  ],
] as const)("Kruskal and Wallis' test of %s is scipy's", (_, groups, h, p) => {
  const found = kruskalWallis(groups);
  expect(found).toMatchObject({ kind: "kruskal_wallis", df: groups.length - 1 });
  expect(found.kind === "none" ? 1 : Math.max(apart(found.h, h), apart(found.p, p))).toBeLessThan(1e-12);
});

test.each([
  [
    "a NaN",
    [
      [1, Number.NaN],
      [2, 3],
    ],
    "not_finite",
  ],
  [
    "an infinite value",
    [
      [1, 2],
      [Number.NEGATIVE_INFINITY, 3],
    ],
    "not_finite",
  ],
  ["a group of one", [[1], [2, 3, 4]], "too_few_values"],
  ["an empty group", [[], [2, 3, 4]], "too_few_values"],
  [
    "values that are all equal",
    [
      [2, 2],
      [2, 2, 2],
    ],
    "all_equal",
  ],
  [
    "zeros of both signs",
    [
      [0, -0],
      [-0, 0],
    ],
    "all_equal",
  ],
] as const)("of %s both tests say why there is no number", (_, [first, second], because) => {
  expect(mannWhitney(first, second)).toEqual({ kind: "none", because });
  expect(kruskalWallis([first, second])).toEqual({ kind: "none", because });
});

test("one group alone is not tested", () => {
  expect(kruskalWallis([[1, 2, 3]])).toEqual({ kind: "none", because: "too_few_groups" });
});

test("rank-biserial correlation is 1 if every value of the first group is greater, and changes its sign with the order", () => {
  expect(mannWhitney([4, 5, 6], [1, 2, 3])).toMatchObject({ u: 9, rankBiserial: 1 });
  expect(mannWhitney([1, 2, 3], [4, 5, 6])).toMatchObject({ u: 0, rankBiserial: -1 });
  expect(mannWhitney([1, 4], [2, 3])).toMatchObject({ u: 2, rankBiserial: 0, p: 1 });
});

test("epsilon squared is 1 where the groups explain all of the ranks, and 0 where they explain nothing", () => {
  const sorted = kruskalWallis([
    [1, 1],
    [2, 2],
    [3, 3],
  ]);
  expect(sorted.kind === "none" ? 0 : sorted.epsilonSquared).toBeCloseTo(1, 14);
  const mixed = kruskalWallis([
    [1, 4],
    [2, 3],
  ]);
  expect(mixed).toMatchObject({ h: 0, p: 1, epsilonSquared: 0 });
});

const group = fc.array(fc.integer({ min: -6, max: 6 }), { minLength: 2, maxLength: 14 });

test("the order of groups and values changes no p, and a shift and a scale of all values change nothing", () => {
  fc.assert(
    fc.property(group, group, fc.integer({ min: 1, max: 5 }), (first, second, scale) => {
      const found = mannWhitney(first, second);
      const moved = (values: readonly number[]): number[] =>
        values.map((value) => scale * value + 3).reverse();
      expect(mannWhitney(moved(first), moved(second))).toEqual(found);
      const swapped = mannWhitney(second, first);
      expect(swapped.kind).toBe(found.kind);
      if (found.kind !== "none" && swapped.kind !== "none") {
        expect(apart(swapped.p, found.p)).toBeLessThan(1e-12);
        expect(swapped.u + found.u).toBe(first.length * second.length);
        expect(found.p > 0 && found.p <= 1).toBe(true);
      }
    }),
  );
});

/** The share of all orders in which u lies at least as far from the middle, by counting them one by one. */
function shareByCounting(n1: number, n2: number, u: number): number {
  const far = Math.abs(u - (n1 * n2) / 2);
  let [all, beyond] = [0, 0];
  const choose = (place: number, left: number, sum: number): void => {
    if (left === 0) {
      all += 1;
      beyond += Number(Math.abs(sum - (n1 * (n1 - 1)) / 2 - (n1 * n2) / 2) >= far);
    } else if (place < n1 + n2) {
      choose(place + 1, left - 1, sum + place);
      choose(place + 1, left, sum);
    }
  };
  choose(0, n1, 0);
  return beyond / all;
}

test("an exact p is the share of all orders of the values that are as extreme", () => {
  const distinct = fc.uniqueArray(fc.double({ noNaN: true, min: -9, max: 9 }), {
    minLength: 4,
    maxLength: 11,
  });
  fc.assert(
    fc.property(distinct, fc.nat(), (values, cut) => {
      const n1 = 2 + (cut % (values.length - 3));
      const found = mannWhitney(values.slice(0, n1), values.slice(n1));
      expect(found).toMatchObject({ method: "exact" });
      if (found.kind !== "none") {
        expect(apart(found.p, shareByCounting(n1, values.length - n1, found.u))).toBeLessThan(1e-12);
      }
    }),
    { numRuns: 40 },
  );
});
