// Tests the groups of a measure, and says the outcome in one sentence.

import { kruskalWallis, mannWhitney } from "@kym/kym-dataset/statistics";
import type { ReportEntered, ReportTest } from "../report-data.ts";

/** The values of a group, by its name. */
export interface GroupValues {
  readonly name: string;
  readonly values: readonly number[];
}

/** Groups of fewer values do not enter a test. */
const FEWEST_VALUES = 2;

/**
 * Tests the groups that have at least two values: two by Mann and Whitney, more by Kruskal and Wallis. Groups with fewer values are
 * named and do not enter.
 */
export function testGroups(groups: readonly GroupValues[]): ReportTest {
  const entering = groups.filter(({ values }) => values.length >= FEWEST_VALUES);
  const left = groups.filter(({ values }) => values.length < FEWEST_VALUES);
  const without = left.length === 0 ? "" : ` ${leftWords(left)}`;
  const entered = entering.map(({ name, values }): ReportEntered => ({ group: name, n: values.length }));
  const [first, second] = entering;
  if (first === undefined || second === undefined) {
    const have = first === undefined ? "no group has" : `only ${first.name} has`;
    return { kind: "none", words: `No test: ${have} two images with a value.` };
  }
  const test =
    entering.length === 2
      ? mannWhitney(first.values, second.values)
      : kruskalWallis(entering.map(({ values }) => values));
  switch (test.kind) {
    case "none":
      return { kind: "none", words: `No test: ${NO_TEST_WORDS[test.because]}.${without}` };
    case "mann_whitney": {
      const { u, p, method, rankBiserial: effect } = test;
      const words = `Mann–Whitney U = ${u} for ${first.name}, n = ${counts(entered)}, p = ${pText(p)} (two-sided, ${method}), rank-biserial r = ${short(effect)}: ${directionWords(effect, first.name, second.name)}.${without}`;
      return { kind: "mann_whitney", u, p, method, effect, entered, words };
    }
    case "kruskal_wallis": {
      const { h, df, p, epsilonSquared: effect } = test;
      const words = `Kruskal–Wallis H = ${short(h)} with ${df} degrees of freedom, n = ${counts(entered)}, p = ${pText(p)}, epsilon squared = ${short(effect)}.${without}`;
      return { kind: "kruskal_wallis", h, df, p, effect, entered, words };
    }
    default:
      return test satisfies never;
  }
}

const NO_TEST_WORDS = {
  not_finite: "a value is not a number",
  too_few_groups: "fewer than two groups have values",
  too_few_values: "a group has fewer than two images with a value",
  all_equal: "all values are the same",
} as const;

function leftWords(groups: readonly GroupValues[]): string {
  const said = groups.map(({ name, values }) => `${name} (n = ${values.length})`).join(", ");
  return `Not in the test, with fewer than two images: ${said}.`;
}

function counts(entered: readonly ReportEntered[]): string {
  return entered.map(({ group, n }) => `${n} (${group})`).join(", ");
}

/** Of how many pairs of images of both groups one is higher, equal ones counted half: an effect in plain words. */
function directionWords(effect: number, first: string, second: string): string {
  const share = Math.round(50 * (1 + Math.abs(effect)));
  return effect === 0
    ? "neither is higher more often"
    : `${effect > 0 ? first : second} is higher in ${share} % of pairs`;
}

const SMALLEST_PLAIN = 1e-4;

/** Three digits, as papers give them; two and a power of ten where zeros would have to be counted. */
function pText(p: number): string {
  return p < SMALLEST_PLAIN ? p.toExponential(1).replace("-", "\u2212") : short(p);
}

function short(value: number): string {
  return String(Number(value.toPrecision(3))).replace("-", "\u2212");
}
