// The test of Mann and Whitney: whether one of two groups has the greater values.

import { type NoTest, whyNoTest } from "./no-test.ts";
import { rankGroups } from "./ranks.ts";
import { normalTail } from "./tail-probabilities.ts";

/** The outcome of the test of Mann and Whitney. */
export interface MannWhitney {
  readonly kind: "mann_whitney";
  /** Of how many pairs the value of the first group is the greater; equal ones count a half. */
  readonly u: number;
  /** Two-sided. */
  readonly p: number;
  readonly method: "exact" | "asymptotic";
  /** Rank-biserial correlation, 2u / (n1 n2) - 1: from 1, if every value of the first group is greater, to -1. */
  readonly rankBiserial: number;
}

/** A group of at most so many values gets an exact p, as in scipy. */
const MOST_FOR_EXACT = 8;

/**
 * Tests whether values of one group tend to be greater than those of another (H. B. Mann and D. R. Whitney, Annals of Mathematical
 * Statistics 18, 1947, 50–60). Chooses as `scipy.stats.mannwhitneyu` does with its defaults: p is exact if a group has at most 8
 * values and no two of all values are equal, and else from the normal distribution, corrected for ties and continuity.
 *
 * @param first the values of one group, in any order and unit
 * @param second those of the other, in the same unit
 * @returns why there is no p, if a group has fewer than two values, all are equal, or one is not finite
 * @example
 * const test = mannWhitney([0.9, 1.4, 1.1], [0.3, 0.5, 0.8]);
 * console.log(test.kind === "none" ? test.because : `U ${test.u}, p ${test.p}, ${test.method}`); // U 9, p 0.1, exact
 */
export function mannWhitney(first: readonly number[], second: readonly number[]): MannWhitney | NoTest {
  const none = whyNoTest([first, second]);
  if (none !== undefined) {
    return none;
  }
  const { sums, n, ties } = rankGroups([first, second]);
  const pairs = first.length * second.length;
  const u = (sums[0] ?? 0) - (first.length * (first.length + 1)) / 2;
  const greater = Math.max(u, pairs - u);
  const isExact = ties === 0 && Math.min(first.length, second.length) <= MOST_FOR_EXACT;
  const spread = Math.sqrt((pairs / 12) * (n + 1 - ties / (n * (n - 1))));
  const tail = isExact
    ? exactTail(greater, first.length, second.length)
    : normalTail((greater - pairs / 2 - 0.5) / spread);
  return {
    kind: "mann_whitney",
    u,
    p: Math.min(1, 2 * tail),
    method: isExact ? "exact" : "asymptotic",
    rankBiserial: (2 * u) / pairs - 1,
  };
}

/**
 * The probability of at least `u` if both groups are the same. The number of orders with each u is a coefficient of a Gaussian
 * binomial, whose factors (1 - q^(n + i)) / (1 - q^i) are multiplied one by one: whole numbers throughout.
 */
function exactTail(u: number, n1: number, n2: number): number {
  const [few, many] = [Math.min(n1, n2), Math.max(n1, n2)];
  const counts = new Array<bigint>(few * many + 1).fill(0n);
  counts[0] = 1n;
  for (let factor = 1; factor <= few; factor += 1) {
    for (let at = counts.length - 1; at >= many + factor; at -= 1) {
      counts[at] = (counts[at] ?? 0n) - (counts[at - many - factor] ?? 0n);
    }
    for (let at = factor; at < counts.length; at += 1) {
      counts[at] = (counts[at] ?? 0n) + (counts[at - factor] ?? 0n);
    }
  }
  // Counts are symmetric, so that those from u on are as many as those up to its mirror.
  const beyond = counts.slice(0, few * many - u + 1).reduce((sum, count) => sum + count, 0n);
  return ratio(beyond, binomial(few + many, few));
}

function binomial(n: number, k: number): bigint {
  let value = 1n;
  for (let factor = 1; factor <= k; factor += 1) {
    value = (value * BigInt(n - k + factor)) / BigInt(factor);
  }
  return value;
}

/** The quotient of two whole numbers that may be too large for a number, with at least 52 binary digits. */
function ratio(part: bigint, whole: bigint): number {
  const bits = BigInt(whole.toString(2).length);
  const scaled = (part << (bits + 60n)) / whole;
  const excess = Math.max(0, scaled.toString(2).length - 60);
  return Number(scaled >> BigInt(excess)) * 2 ** (excess - Number(bits) - 60);
}
