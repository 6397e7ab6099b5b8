// Cohen's kappa: how far two scorers agree beyond what chance would give.

/** How often the first scorer chose one category where the second chose another, or the same. */
export interface ScorePair {
  readonly first: string;
  readonly second: string;
  readonly count: number;
}

/** The agreement of two scorers on the items that both have scored. */
export interface Agreement {
  /** The number of items. */
  readonly n: number;
  /** How many of them got the same category from both. */
  readonly agreed: number;
  /** `agreed / n`; null without items. */
  readonly observed: number | null;
  /** The share that would agree by chance, from how often each scorer chose each category; null without items. */
  readonly expected: number | null;
  /** `(observed - expected) / (1 - expected)`; null without items, or if both chose one and the same category throughout. */
  readonly kappa: number | null;
  /** The categories, sorted by code unit. */
  readonly categories: readonly string[];
  /** Each pair of categories that occurs, sorted by the first, then by the second. */
  readonly pairs: readonly ScorePair[];
}

/**
 * Computes Cohen's kappa without weights (J. Cohen, A coefficient of agreement for nominal scales, Educational and Psychological
 * Measurement 20, 1960, 37–46). Pairs that are given several times add up; those with a count of 0 are left out.
 *
 * @example
 * const { kappa } = cohenKappa([
 *   { first: "yes", second: "yes", count: 20 },
 *   { first: "yes", second: "no", count: 5 },
 *   { first: "no", second: "yes", count: 10 },
 *   { first: "no", second: "no", count: 15 },
 * ]);
 * console.log(kappa?.toFixed(2)); // 0.40
 */
export function cohenKappa(scores: Iterable<ScorePair>): Agreement {
  const pairs = addUp(scores);
  const n = sumOf(pairs);
  const agreed = sumOf(pairs.filter(({ first, second }) => first === second));
  const categories = [...new Set(pairs.flatMap(({ first, second }) => [first, second]))].sort();
  // Counts are whole numbers, so this sum is exact, and so is the question whether chance explains everything.
  const byChance = categories.reduce(
    (sum, category) =>
      sum +
      sumOf(pairs.filter(({ first }) => first === category)) *
        sumOf(pairs.filter(({ second }) => second === category)),
    0,
  );
  return {
    n,
    agreed,
    observed: n === 0 ? null : agreed / n,
    expected: n === 0 ? null : byChance / (n * n),
    kappa: byChance === n * n ? null : (n * agreed - byChance) / (n * n - byChance),
    categories,
    pairs,
  };
}

function addUp(scores: Iterable<ScorePair>): readonly ScorePair[] {
  const counts = new Map<string, ScorePair>();
  for (const { first, second, count } of scores) {
    const key = JSON.stringify([first, second]);
    counts.set(key, { first, second, count: count + (counts.get(key)?.count ?? 0) });
  }
  return [...counts.values()]
    .filter(({ count }) => count > 0)
    .sort((a, b) => compare(a.first, b.first) || compare(a.second, b.second));
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function sumOf(pairs: readonly ScorePair[]): number {
  return pairs.reduce((sum, { count }) => sum + count, 0);
}
