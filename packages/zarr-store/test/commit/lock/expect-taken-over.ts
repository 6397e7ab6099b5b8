import { expect } from "vitest";
import { expectNothingLost } from "../processes/expect-nothing-lost.ts";
import type { StepTime, WriterProcessMode } from "../workers/worker-plan.ts";

export interface TakeOver {
  readonly mode: WriterProcessMode;
  readonly workers: number;
  readonly commits: number;
  /** Where the first worker is stopped with SIGSTOP. */
  readonly step: StepTime["step"];
}

/** The minute of the product, made short for a test. */
const LOCK_STALE_AFTER_MS = 700;

/** A writer is stopped with the lock in its hands until another has taken that over and committed, and then woken. */
export async function expectTakenOver({ mode, workers, commits, step }: TakeOver): Promise<void> {
  const { warnings } = await expectNothingLost({
    mode,
    workers,
    commits,
    lockStaleAfterMs: LOCK_STALE_AFTER_MS,
    firstStopsAt: { step, time: 3 },
  });
  const takeOvers = warnings.filter((message) => /^took over .* did not refresh it/.test(message));
  console.log(`${mode}, a writer stopped at ${step}: ${takeOvers.length} locks taken over`);
  expect(takeOvers.length).toBeGreaterThan(0);
  expect(warnings.join("\n")).toContain("was taken over by another writer while this one held it");
}
