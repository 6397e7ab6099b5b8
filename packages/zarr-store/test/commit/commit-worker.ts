/** A process that commits. The tests start several, and some of them kill themselves. */
import { writeSync } from "node:fs";
import { CommitEngine, type CommitEngineOptions } from "../../src/commit/commit-engine.ts";
import type { Transaction } from "../../src/commit/transaction.ts";
import { isZarrStoreError } from "../../src/errors.ts";
import { localStore } from "../../src/node/local-store.ts";
import { nodeRuntime } from "../../src/node/node-runtime.ts";
import type { KeyValueStore } from "../../src/store/key-value-store.ts";
import { interceptStore } from "../../src/testing/index.ts";
import { cycleOf, type WorkerTask } from "./worker-plan.ts";
import { addLine, applyChanges, bytes, type Changes, key, record, text } from "./world.ts";

const SILENT = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};

const task: WorkerTask = JSON.parse(process.argv[2] ?? "");

function engineOn(store: KeyValueStore, onStep?: CommitEngineOptions["onStep"]): CommitEngine {
  const lock = { disabled: task.isLockDisabled ?? false };
  return new CommitEngine(store, { runtime: nodeRuntime(), logger: SILENT, lock, ...(onStep && { onStep }) });
}

let times = 0;
const sufferAtStep: NonNullable<CommitEngineOptions["onStep"]> = (step) => {
  times += step === task.killAt?.step ? 1 : 0;
  const { kill, stop } = task.chance ?? { kill: 0, stop: 0 };
  if ((step === task.killAt?.step && times === task.killAt.time) || Math.random() < kill) {
    process.kill(process.pid, "SIGKILL");
  }
  if (Math.random() < stop) {
    process.kill(process.pid, "SIGSTOP");
  }
};

/** The store of a deleter who, when it is about to move an object aside, is overtaken by one who makes it again. */
function overtaken(store: KeyValueStore): KeyValueStore {
  let isDone = false;
  return interceptStore(store, async ({ method, keys }, runCall) => {
    if (!isDone && method === "makeDirectory" && keys[0]?.startsWith("__staging/aside-")) {
      isDone = true;
      const other = engineOn(store);
      await other.open();
      await other.transact((transaction) => applyChanges(transaction, { "tables/a": "again" }));
    }
    return runCall();
  });
}

const CHURNED = record("churned", { "analysis/a.json": "a", "analysis/b.json": "b" });

/** Makes, changes, deletes and makes again; what no longer applies, because another was first, is no failure. */
async function churn(transaction: Transaction, commit: number): Promise<void> {
  const group = "images/churned";
  const live = await transaction.paths(group);
  const turn = (commit * 7 + task.worker * 3) % 5;
  if (live.length === 0) {
    await applyChanges(transaction, CHURNED);
  } else if (turn === 0) {
    await applyChanges(transaction, Object.fromEntries(live.map((path) => [path, null])));
  } else {
    const path = `${group}/analysis/${turn % 2 === 0 ? "a" : "b"}.json`;
    const isThere = (await transaction.hash(key(path))) !== undefined;
    const again: Changes = {
      [path]: isThere && turn < 3 ? null : turn === 3 ? "other" : path.endsWith("a.json") ? "a" : "b",
    };
    await applyChanges(transaction, again);
  }
  addLine(transaction, "tables/churned", `${task.worker}/${commit}`);
}

async function change(transaction: Transaction, commit: number): Promise<void> {
  switch (task.mode) {
    case "cycle":
      return applyChanges(transaction, cycleOf(commit));
    case "put-back":
      return applyChanges(transaction, { "tables/a": null });
    case "churn":
      return churn(transaction, commit);
    case "disjoint":
      return applyChanges(transaction, { [`tables/${task.worker}/${commit}`]: `${task.worker}/${commit}` });
    case "merge": {
      const count = Number(text(await transaction.read(key("tables/count"))) ?? "0");
      await transaction.put(key("tables/count"), bytes(String(count + 1)));
      addLine(transaction, "tables/lines", `${task.worker}/${commit}`);
      if ((await transaction.hash(key(`images/${commit}/zarr.json`))) === undefined) {
        await applyChanges(transaction, record(String(commit), { "attachments/maker": String(task.worker) }));
      }
    }
  }
}

const store = localStore(task.root);
const engine = engineOn(task.mode === "put-back" ? overtaken(store) : store, sufferAtStep);
await engine.open();
for (let commit = 0; commit < task.commits; commit++) {
  try {
    const { commit: made } = await engine.transact((transaction) => change(transaction, commit), {
      message: `${task.mode} ${task.worker}/${commit}`,
    });
    writeSync(1, `${JSON.stringify({ version: made.version, commit })}\n`);
  } catch (error) {
    if (task.mode !== "churn" || !isZarrStoreError(error, "conflict")) {
      throw error;
    }
  }
}
