import { runBounded } from "../../../src/runtime/run-bounded.ts";
import { type StepTime, seededRandom } from "../workers/worker-plan.ts";
import { type Kill, killTrial } from "./kill-trial.ts";

export interface KillTrials {
  readonly atSteps: readonly StepTime[];
  /** How many more are killed from outside, at random moments. */
  readonly fromOutside: number;
  readonly seed: number;
}

/** Two at a time, since each is two processes in turn. */
const AT_ONCE = 2;
/** A kill from outside comes after up to so many commits, and up to so long later: a commit takes some milliseconds. */
const MAX_COMMITS = 20;
const MAX_WAIT_MS = 12;

/** Runs trials and prints what came of them. Returns how many there were. */
export async function killTrials({ atSteps, fromOutside, seed }: KillTrials): Promise<number> {
  const random = seededRandom(seed);
  const kills: readonly Kill[] = [
    ...atSteps.map((at) => ({ at })),
    ...Array.from({ length: fromOutside }, () => ({
      after: { commits: 1 + Math.floor(random() * MAX_COMMITS), waitMs: random() * MAX_WAIT_MS },
    })),
  ];
  const counts = { trials: 0, acknowledged: 0, oneMore: 0, withLock: 0, withStaging: 0 };
  await runBounded(
    kills,
    async (kill) => {
      const trial = await killTrial(kill).catch((error: unknown) => {
        throw new Error(`seed ${seed}, killed ${JSON.stringify(kill)}`, { cause: error });
      });
      counts.trials++;
      counts.acknowledged += trial.acknowledged;
      counts.oneMore += trial.isOneMore ? 1 : 0;
      counts.withLock += trial.left.lock ? 1 : 0;
      counts.withStaging += trial.left.staging ? 1 : 0;
    },
    { concurrency: AT_ONCE },
  );
  console.log(
    `kill -9 of a writer, seed ${seed}: ${counts.trials} trials, ${atSteps.length} at steps and ${fromOutside} from ` +
      `outside; ${counts.acknowledged} commits acknowledged, 0 lost; the head was one more in ${counts.oneMore}; ` +
      `${counts.withLock} left the lock, ${counts.withStaging} left staging`,
  );
  return counts.trials;
}
