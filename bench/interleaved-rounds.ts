import { performance } from "node:perf_hooks";
import { median } from "./paired-rounds.ts";

/** What is compared: it makes something at a place of its own, and may say itself what it took. */
export interface Candidate {
  readonly name: string;
  /** Milliseconds, of what times itself; else the whole run counts. */
  readonly run: (target: string) => Promise<number | undefined>;
}

/** Milliseconds of each candidate, round by round. */
export type RoundTimes = ReadonlyMap<string, readonly number[]>;

/** Runs A, B, C, then A, B, C again, so many times after one that warms up; what a run made goes before the next. */
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

/** The median of the rounds' own ratios, and the smallest. */
export function ratioOf(
  times: RoundTimes,
  subject: string,
  peer: string,
): { readonly median: number; readonly best: number } {
  const peers = times.get(peer) ?? [];
  const ratios = (times.get(subject) ?? []).map((ms, round) => ms / (peers[round] ?? Number.NaN));
  return { median: median(ratios), best: Math.min(...ratios) };
}
