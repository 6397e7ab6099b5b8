// The test of Kruskal and Wallis: whether one of several groups tends to have other values.

import { type NoTest, whyNoTest } from "./no-test.ts";
import { rankGroups } from "./ranks.ts";
import { chiSquareTail } from "./tail-probabilities.ts";

/** The outcome of the test of Kruskal and Wallis. */
export interface KruskalWallis {
  readonly kind: "kruskal_wallis";
  /** Corrected for ties. */
  readonly h: number;
  /** Degrees of freedom: groups less one. */
  readonly df: number;
  /** Beyond h, of the chi-square distribution. */
  readonly p: number;
  /** H / (n - 1), from 0 to 1: how much of the variance of the ranks the groups explain. */
  readonly epsilonSquared: number;
}

/**
 * Tests whether several groups have the same values (W. H. Kruskal and W. A. Wallis, Journal of the American Statistical
 * Association 47, 1952, 583–621), as `scipy.stats.kruskal` does.
 *
 * @param groups the values of each group, in any order, all in one unit
 * @returns why there is no p, if there are fewer than two groups, a group has fewer than two values, all are equal, or one is not
 * finite
 * @example
 * const test = kruskalWallis([[1, 2, 2, 3], [2, 3, 4, 5], [3, 3, 5, 9]]);
 * console.log(test.kind === "none" ? test.because : `H ${test.h.toFixed(3)}, p ${test.p.toFixed(4)}`); // H 5.185, p 0.0748
 */
export function kruskalWallis(groups: readonly (readonly number[])[]): KruskalWallis | NoTest {
  const none = whyNoTest(groups);
  if (none !== undefined) {
    return none;
  }
  const { sums, n, ties } = rankGroups(groups);
  // From the distances of the mean ranks, in which nothing cancels: equal groups give 0.
  const between = sums.reduce((sum, ranks, index) => {
    const size = groups[index]?.length ?? 1;
    return sum + size * (ranks / size - (n + 1) / 2) ** 2;
  }, 0);
  const h = (12 / (n * (n + 1))) * (between / (1 - ties / (n ** 3 - n)));
  const df = groups.length - 1;
  return { kind: "kruskal_wallis", h, df, p: chiSquareTail(h, df), epsilonSquared: h / (n - 1) };
}
