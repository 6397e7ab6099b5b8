/** What the rounds of two builds say: how much slower the new one is, and how far the old one is from itself. */
import { median } from "../paired-rounds.ts";

/** What the three sides took in one round. The old build runs twice, in processes of its own. */
export interface Round {
  readonly new: number;
  readonly old: number;
  readonly oldAgain: number;
}

/** A median, and where the true one lies with 95 % certainty. */
export interface MedianRange {
  readonly median: number;
  readonly low: number;
  readonly high: number;
}

/** `less` and `more`: the new build takes less or more than the old one, by more than can be put down to chance. */
export type Verdict = "within 5 %" | "within the old build's spread" | "less" | "more";

export interface Comparison {
  /** Medians, in the unit of what was measured. */
  readonly new: number;
  readonly old: number;
  /** New over old, round by round. */
  readonly ratio: MedianRange;
  /** The old build over itself, round by round. */
  readonly oldOverOld: MedianRange;
  readonly verdict: Verdict;
}

const TOLERANCE = 1.05;
const OUTSIDE = 0.05;

/** Compares what was measured in the same round, so that a slow minute of the machine counts on all sides. */
export function compareRounds(rounds: readonly Round[]): Comparison {
  const ratio = medianRange(rounds.map((round) => round.new / Math.sqrt(round.old * round.oldAgain)));
  const oldOverOld = medianRange(rounds.map((round) => round.oldAgain / round.old));
  return {
    new: median(rounds.map((round) => round.new)),
    old: median(rounds.flatMap((round) => [round.old, round.oldAgain])),
    ratio,
    oldOverOld,
    verdict: verdictOn(ratio.median, spreadOf(oldOverOld)),
  };
}

/** How many times as much a build may seem to take as itself: which of the two processes is the slower is chance. */
export function spreadOf({ low, high }: MedianRange): number {
  return Math.max(high, 1 / low);
}

export function verdictOn(ratio: number, spread: number): Verdict {
  const distance = Math.max(ratio, 1 / ratio);
  if (distance <= TOLERANCE) {
    return "within 5 %";
  }
  if (distance <= spread) {
    return "within the old build's spread";
  }
  return ratio < 1 ? "less" : "more";
}

/**
 * The median and its range by order statistics, which no outlier moves and which supposes nothing of how the values lie. Of
 * five values or fewer it is the whole range, which is the true one with less certainty.
 */
export function medianRange(values: readonly number[]): MedianRange {
  const sorted = values.toSorted((a, b) => a - b);
  const rank = leftOut(sorted.length);
  return {
    median: median(sorted),
    low: sorted[rank] ?? Number.NaN,
    high: sorted[sorted.length - 1 - rank] ?? Number.NaN,
  };
}

/** How many values at either end lie outside the range: the most for which the true median does so in 5 % of all cases at most. */
function leftOut(count: number): number {
  let probability = 0.5 ** count;
  let sum = probability;
  let rank = 0;
  while (2 * sum <= OUTSIDE) {
    rank++;
    probability *= (count - rank + 1) / rank;
    sum += probability;
  }
  return Math.max(0, rank - 1);
}
