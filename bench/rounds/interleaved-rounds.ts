// Runs several candidates in turn, round by round, so that all of them share the machine's good and bad
// minutes.

import { performance } from "node:perf_hooks";
import { median } from "./paired-rounds.ts";

/** A candidate to compare. It writes to a place of its own, and may measure its time itself. */
export interface Candidate {
  readonly name: string;
  /** Returns milliseconds if the candidate times itself; otherwise the whole run counts. */
  readonly run: (target: string) => Promise<number | undefined>;
}

/** The milliseconds of each candidate, round by round. */
export type RoundTimes = ReadonlyMap<string, readonly number[]>;

/**
 * Runs A, B, C, then A, B, C again, `rounds` times after one round to warm up. The output of a run is removed
 * before the next.
 */
export async function interleavedRounds(
  rounds: number,
  candidates: readonly Candidate[],
  { target, remove }: { readonly target: string; readonly remove: (target: string) => Promise<void> },
): Promise<RoundTimes> {
  const times = new Map<string, number[]>(candidates.map(({ name }) => [name, []]));
  for (let round = 0; round <= rounds; round++) {
    for (const { name, run } of candidates) {
      await remove(target);
      globalThis.gc?.();
      const begun = performance.now();
      const own = await run(target);
      const ms = own ?? performance.now() - begun;
      if (round > 0) {
        times.get(name)?.push(ms);
      }
    }
  }
  await remove(target);
  return times;
}

/** Returns the median and the smallest of the ratios within the rounds. */
export function ratioOf(
  times: RoundTimes,
  subject: string,
  peer: string,
): { readonly median: number; readonly best: number } {
  const peers = times.get(peer) ?? [];
  const ratios = (times.get(subject) ?? []).map((ms, round) => ms / (peers[round] ?? Number.NaN));
  return { median: median(ratios), best: Math.min(...ratios) };
}
