import { describe, expect, it } from "vitest";
import type { WriterProcessMode } from "../workers/worker-plan.ts";
import { expectNothingLost } from "./expect-nothing-lost.ts";
import type { WriterProcesses } from "./writer-processes.ts";

const MODES: readonly WriterProcessMode[] = ["disjoint", "merge", "churn", "table"];
const SMALL = { workers: 4, commits: 6 };
const FULL = { workers: 8, commits: 50 };
const SHORT = { workers: 8, commits: 15 };

/**
 * The stress test of the protocol. Its other kinds of test are:
 *
 * - the model, with the naive deletion: `commit-model.test.ts`
 * - a second writer at each step: `second-writer.test.ts`, and each race found on the way by its number, H1 to H17; a
 *   second writer before each call: `interleaving.*`
 * - stress: here, and small in `concurrency.test.ts`. Each process kills or stops itself at every step by chance and
 *   is woken at random, while others read and collect garbage. Killed from outside, and at each step: `killed-process.*`
 * - the audit after each run: `audit-store.ts` (each path at its place with its hash and nothing else, `prev`, and
 *   numbers without a gap), `faults-of-writer-processes.ts` (every acknowledged commit is present, none is doubled, and
 *   their number is right)
 * - transactions that are barred from committing: `abort-fence.test.ts`, `fenced-writer.test.ts`
 * - obstacles: H7, H8 and H9 of `foreign-files.test.ts`
 * - power cuts: `power-cut.*`
 * - the n-th call fails: `crash.*`
 * - links that lie: H14 of `lost-race.test.ts`; checkpoints and half a staged record: `checkpoint.test.ts`
 * - starvation: `starvation.test.ts`
 * - the bound of a reader: here, and after six rounds `object-reader.test.ts`
 *
 * That they see something: `wrong-protocol.*`. The lock of a writer that is stopped: `stopped-writer.*`.
 */
const CROWDS: readonly WriterProcesses[] = [
  { ...FULL, mode: "disjoint" },
  { ...FULL, mode: "table" },
  { ...FULL, mode: "disjoint", isLockDisabled: true },
  { ...FULL, mode: "merge", isLockDisabled: true },
  { ...FULL, mode: "disjoint", chance: { kill: 0.005, stop: 0.02 }, readers: 1, hasGcBeside: true },
  { ...FULL, mode: "merge", chance: { kill: 0.005, stop: 0.02 }, readers: 1, hasGcBeside: true },
  { ...SHORT, mode: "table", chance: { kill: 0.01, stop: 0.03 }, readers: 1, hasGcBeside: true },
  {
    ...SHORT,
    mode: "churn",
    isLockDisabled: true,
    chance: { kill: 0.02, stop: 0.1 },
    readers: 2,
    hasGcBeside: true,
  },
];

const TIMEOUT = { timeout: 300_000 };

function titleOf({ mode, workers, commits, chance, isLockDisabled }: WriterProcesses): string {
  const lock = isLockDisabled === true ? ", without the lock" : "";
  const fate = chance === undefined ? "" : ", some killed and some stopped";
  return `${workers} processes × ${commits} commits, ${mode}${lock}${fate}: nothing is lost`;
}

it.each(CROWDS.map((crowd) => [titleOf(crowd), crowd] as const))("%s", TIMEOUT, async (_title, crowd) => {
  const { kills } = await expectNothingLost(crowd);
  expect(kills > 0).toBe(crowd.chance !== undefined);
});

describe.each([
  { name: "with the writer lock", isLockDisabled: false },
  { name: "without the writer lock", isLockDisabled: true },
])("four processes that commit at the same time, $name", ({ isLockDisabled }) => {
  it.each(MODES)("%s: all acknowledged are present, none is lost, none doubled", TIMEOUT, async (mode) => {
    await expectNothingLost({ ...SMALL, mode, isLockDisabled });
  });
});

it.each(MODES)(
  "%s, killed and stopped at any step, with readers and gc beside: nothing is lost",
  TIMEOUT,
  async (mode) => {
    await expectNothingLost({
      ...SMALL,
      mode,
      isLockDisabled: mode === "churn",
      chance: { kill: 0.01, stop: 0.04 },
      readers: 1,
      hasGcBeside: true,
    });
  },
);
