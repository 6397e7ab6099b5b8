import { expect, it } from "vitest";
import { localStore } from "../../../src/node/local/local-store.ts";
import { auditStore } from "../../support/audit-store.ts";
import { inFolder } from "../../support/in-folder.ts";
import { commitNext, NEXT, readDataset } from "../../support/read-dataset.ts";
import { key } from "../../support/simulated-writers.ts";
import { runWorker } from "../workers/run-worker.ts";
import type { StepTime, WorkerTask } from "../workers/worker-plan.ts";
import { killTrial } from "./kill-trial.ts";
import { killTrials } from "./kill-trials.ts";

/** Steps before and after the link, and how often the cycle comes to each before the process dies there. */
const KILLS: readonly StepTime[] = [
  { step: "synced", time: 6 },
  { step: "linked", time: 3 },
  { step: "publish-put", time: 4 },
  { step: "delete-moved", time: 3 },
];

/** At every step, many times, in `killed-process.soak.ts`. */
it.concurrent.each(KILLS)(
  "a process killed at $step (time $time) leaves v or v+1, and the next writer repairs",
  async (at) => {
    await killTrial({ at });
  },
);

it("a process killed from outside, whatever it does just then, leaves v or v+1", async () => {
  await killTrials({ atSteps: [], fromOutside: 2, seed: Date.now() });
});

it("a process killed between putting a file back and letting it go leaves it where it is", async () => {
  await inFolder(async (root) => {
    await commitNext(root, { "tables/a": "again" });
    const killAt: StepTime = { step: "delete-putback", time: 1 };
    const task: WorkerTask = { root, worker: 1, commits: 1, mode: "put-back", isLockDisabled: true, killAt };
    const { signal, stderr } = await runWorker(task);
    expect(signal, stderr).toBe("SIGKILL");
    expect((await readDataset(root)).objects).toEqual({ "tables/a": "again" });
    await commitNext(root);
    const audit = await auditStore(localStore(root));
    expect(audit.problems).toEqual([]);
    expect(audit.objects).toEqual({ "tables/a": "again", ...NEXT });
  });
});

it("a killed process that was staging is fenced off by name, and its staging goes", async () => {
  await inFolder(async (root) => {
    const killAt: StepTime = { step: "synced", time: 2 };
    await runWorker({ root, worker: 1, commits: 4, mode: "cycle", killAt });
    const left = (await localStore(root).list(key("__staging"))).map(({ name }) => name);
    expect(left).toHaveLength(1);
    await commitNext(root);
    const { records } = await auditStore(localStore(root));
    expect(records.at(-1)?.abort).toEqual(left);
  });
});
