import { CommitEngine } from "../../../src/commit/commit-engine.ts";
import type { Transaction } from "../../../src/commit/write/transaction.ts";
import { localStore } from "../../../src/node/local/local-store.ts";
import { nodeRuntime } from "../../../src/node/runtime/node-runtime.ts";
import type { KeyValueStore } from "../../../src/store/key-value-store.ts";
import { interceptStore } from "../../../src/testing/index.ts";
import {
  addLine,
  applyChanges,
  bytes,
  type Changes,
  key,
  record,
  text,
} from "../../support/simulated-writers.ts";
import { messageOf, type TaskWriter, type TaskWriterOptions } from "./task-writer.ts";
import { cycleOf, type WorkerTask } from "./worker-plan.ts";
import { wrongStore } from "./wrong-protocol.ts";

/** A worker that uses the commit engine, with bytes that need no format. */
export async function engineWriter(task: WorkerTask, options: TaskWriterOptions): Promise<TaskWriter> {
  const local = localStore(task.root);
  const store = task.protocol === undefined ? local : wrongStore(local, task.protocol);
  const engine = new CommitEngine(task.mode === "put-back" ? overtaken(store, options) : store, {
    ...options,
    runtime: nodeRuntime(),
  });
  await engine.open();
  return {
    countDone: () => countDone(engine, task),
    commit: async (commit) => {
      const message = messageOf(task.mode, task.worker, commit);
      return (await engine.transact((transaction) => change(transaction, task, commit), { message })).commit;
    },
  };
}

/** The store of a deleter who, when it is about to move an object aside, is overtaken by one who makes it again. */
function overtaken(store: KeyValueStore, { logger, lock }: TaskWriterOptions): KeyValueStore {
  let isDone = false;
  return interceptStore(store, async ({ method, keys }, runCall) => {
    if (!isDone && method === "makeDirectory" && keys[0]?.startsWith("__staging/aside-")) {
      isDone = true;
      const other = new CommitEngine(store, { runtime: nodeRuntime(), logger, lock });
      await other.open();
      await other.transact((transaction) => applyChanges(transaction, { "tables/a": "again" }));
    }
    return runCall();
  });
}

async function countDone({ log, reader }: CommitEngine, { mode, worker }: WorkerTask): Promise<number> {
  switch (mode) {
    case "merge":
    case "churn": {
      const lines = text(await reader.read(key(LINES[mode])))?.split("\n") ?? [];
      return lines.filter((line) => line.startsWith(`${worker}/`)).length;
    }
    case "disjoint":
      return [...log.head.objectsOf("").keys()].filter((path) => path.startsWith(`tables/${worker}/`)).length;
    default:
      return 0;
  }
}

async function change(transaction: Transaction, task: WorkerTask, commit: number): Promise<void> {
  const { worker, mode } = task;
  switch (mode) {
    case "cycle":
      return applyChanges(transaction, cycleOf(commit));
    case "put-back":
      return applyChanges(transaction, { "tables/a": null });
    case "churn":
      return churn(transaction, task, commit);
    case "disjoint":
      return applyChanges(transaction, { [`tables/${worker}/${commit}`]: `${worker}/${commit}` });
    case "merge":
      return merge(transaction, task, commit);
    case "table":
      throw new Error("a table needs a dataset");
  }
}

/** Where a worker leaves a line for each of its commits. */
const LINES = { merge: "tables/lines", churn: "tables/churned" } as const;

async function merge(transaction: Transaction, { worker }: WorkerTask, commit: number): Promise<void> {
  const count = Number(text(await transaction.read(key("tables/count"))) ?? "0");
  await transaction.put(key("tables/count"), bytes(String(count + 1)));
  addLine(transaction, LINES.merge, `${worker}/${commit}`);
  if ((await transaction.hash(key(`images/${commit}/zarr.json`))) === undefined) {
    await applyChanges(transaction, record(String(commit), { "attachments/maker": String(worker) }));
  }
}

const CHURNED = record("churned", { "analysis/a.json": "a", "analysis/b.json": "b" });

/** Makes, changes, deletes and makes again, by what is there. */
async function churn(transaction: Transaction, { worker }: WorkerTask, commit: number): Promise<void> {
  const group = "images/churned";
  const live = await transaction.paths(group);
  const turn = (commit * 7 + worker * 3) % 5;
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
  addLine(transaction, LINES.churn, `${worker}/${commit}`);
}
