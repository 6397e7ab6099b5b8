import { expect } from "vitest";
import { runWriterProcesses, type WriterProcesses, type WriterProcessesOutcome } from "./writer-processes.ts";

/** The readers of a crowd look at an object at most so often while there is no newer version. */
const ROUNDS_MAX = 2;

/** Runs a crowd, fails with everything that is wrong afterwards, and prints the counts. */
export async function expectNothingLost(crowd: WriterProcesses): Promise<WriterProcessesOutcome> {
  const seed = Date.now() % 1_000_000;
  const outcome = await runWriterProcesses(crowd, seed);
  const { mode, workers, commits, isLockDisabled = false, chance } = crowd;
  const { acknowledged, kills, beside, audit, faults } = outcome;
  const sum = (count: (report: WriterProcessesOutcome["beside"][number]) => number): number =>
    beside.map(count).reduce((a, b) => a + b, 0);
  const present = audit.records.filter(({ message }) => message.startsWith(`${mode} `)).length;
  const roundsMax = Math.max(0, ...beside.map((report) => report.roundsMax));
  console.log(
    `${mode}, ${workers} x ${commits}${isLockDisabled ? ", no lock" : ""}` +
      `${chance ? `, kill ${chance.kill}, stop ${chance.stop}` : ""}, seed ${seed}: ` +
      `${acknowledged.length} acknowledged, ${present} present, ${kills} killed, ` +
      `${sum(({ fences }) => fences)} fences of gc, ${sum(({ reads }) => reads)} reads ` +
      `(${sum(({ fromStaging }) => fromStaging)} from staging, ${sum(({ fromAside }) => fromAside)} from aside, ` +
      `at most ${roundsMax} rounds)`,
  );
  expect(faults).toEqual([]);
  expect(present).toBe(workers * commits);
  // A process killed between its commit and its word has made it all the same.
  expect(acknowledged.length).toBeGreaterThanOrEqual(workers * commits - kills);
  expect(acknowledged.length).toBeLessThanOrEqual(present);
  expect(roundsMax).toBeLessThanOrEqual(ROUNDS_MAX);
  return outcome;
}
