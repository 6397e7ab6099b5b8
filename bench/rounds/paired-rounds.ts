// Runs two things in turn and compares them round by round.

import { performance } from "node:perf_hooks";

export interface PairedTimes {
  /** Medians of both sides, in milliseconds. */
  readonly subjectMs: number;
  readonly peerMs: number;
  /**
   * The median and the smallest of the ratios within the rounds, so that a slow minute of the machine counts on
   * both sides.
   */
  readonly ratio: number;
  readonly bestRatio: number;
  /**
   * The median of the differences within the rounds, and the difference of the fastest of each, in
   * milliseconds.
   */
  readonly differenceMs: number;
  readonly bestDifferenceMs: number;
}

/** Runs both in turn, `rounds` times after one round to warm up, and compares them round by round. */
export async function pairedRounds(
  rounds: number,
  subject: () => Promise<unknown>,
  peer: () => Promise<unknown>,
): Promise<PairedTimes> {
  const times: (readonly [subjectMs: number, peerMs: number])[] = [];
  for (let round = 0; round <= rounds; round++) {
    const pair = [await timeOf(subject), await timeOf(peer)] as const;
    if (round > 0) {
      times.push(pair);
    }
  }
  const ratios = times.map(([subjectMs, peerMs]) => subjectMs / peerMs);
  const differencesMs = times.map(([subjectMs, peerMs]) => subjectMs - peerMs);
  return {
    subjectMs: median(times.map(([subjectMs]) => subjectMs)),
    peerMs: median(times.map(([, peerMs]) => peerMs)),
    ratio: median(ratios),
    bestRatio: Math.min(...ratios),
    differenceMs: median(differencesMs),
    bestDifferenceMs:
      Math.min(...times.map(([subjectMs]) => subjectMs)) - Math.min(...times.map(([, peerMs]) => peerMs)),
  };
}

async function timeOf(run: () => Promise<unknown>): Promise<number> {
  globalThis.gc?.();
  const begun = performance.now();
  await run();
  return performance.now() - begun;
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}
