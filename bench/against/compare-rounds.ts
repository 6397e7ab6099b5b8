// Decides from the rounds of two builds how much slower the new one is, beside how much the old one differs
// from itself.

import { median } from "../rounds/paired-rounds.ts";

/** The measurements of the three sides in one round. The old build runs twice, in two processes. */
export interface Round {
  readonly new: number;
  readonly old: number;
  readonly oldAgain: number;
}

/** A median, and the range of the true median with 95 % confidence. */
export interface MedianRange {
  readonly median: number;
  readonly low: number;
  readonly high: number;
}

/** `less` and `more`: the new build takes less or more than the old one, by more than chance explains. */
export type Verdict = "within 5 %" | "within the old build's spread" | "less" | "more";

export interface Comparison {
  /** Medians, in the unit of the measure. */
  readonly new: number;
  readonly old: number;
  /** New divided by old, round by round. */
  readonly ratio: MedianRange;
  /** The old build divided by itself, round by round. */
  readonly oldOverOld: MedianRange;
  readonly verdict: Verdict;
}

const TOLERANCE = 1.05;
const OUTSIDE = 0.05;

/** Compares measurements of the same round, so that a slow minute of the machine counts on all sides. */
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

/** The factor by which a build may seem to differ from itself. Which of the two processes is slower is chance. */
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
 * Returns the median and its range by order statistics, which outliers do not move and which assume no
 * distribution. For five values or fewer it is the whole range, which contains the true median with less
 * confidence.
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

/**
 * Returns how many values at either end lie outside the range: the most for which the true median does so in at
 * most 5 % of all cases.
 */
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
