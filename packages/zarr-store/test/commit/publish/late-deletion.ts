/** A process that deletes late, after another made the object again: it puts that back, or loses it. */
import { expect } from "vitest";
import { localStore } from "../../../src/node/local/local-store.ts";
import { auditStore } from "../../support/audit-store.ts";
import { inFolder } from "../../support/in-folder.ts";
import { commitNext } from "../../support/read-dataset.ts";
import { runWorker } from "../workers/run-worker.ts";
import type { WorkerTask } from "../workers/worker-plan.ts";

/** The audit finds the object lost where the naive deletion was used, and nothing else. */
export async function expectLateDeletion(protocol: "naive-deletion" | undefined): Promise<void> {
  await inFolder(async (root) => {
    await commitNext(root, { "tables/a": "0" });
    const task: WorkerTask = { root, worker: 1, commits: 1, mode: "put-back", isLockDisabled: true };
    const { acknowledged, stderr } = await runWorker({ ...task, ...(protocol && { protocol }) });
    expect(acknowledged, stderr).toHaveLength(1);
    await commitNext(root);
    const { problems, version } = await auditStore(localStore(root));
    expect(version).toBe(4);
    expect(problems).toEqual(protocol === undefined ? [] : ["tables/a is lost"]);
  });
}
