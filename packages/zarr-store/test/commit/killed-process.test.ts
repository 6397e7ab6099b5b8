import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { CommitEngine } from "../../src/commit/commit-engine.ts";
import { localStore } from "../../src/node/local-store.ts";
import { nodeRuntime } from "../../src/node/node-runtime.ts";
import { auditStore } from "./audit.ts";
import { runWorker } from "./run-worker.ts";
import { collectLog } from "./test-runtime.ts";
import { stateOfCycle, type WorkerTask } from "./worker-plan.ts";
import { applyChanges, key, text } from "./world.ts";

/** Every step, and how often the cycle comes to it before the process dies there. */
const KILLS = [
  ["staged", 5],
  ["synced", 6],
  ["locked", 7],
  ["finished-head", 8],
  ["checked", 5],
  ["before-link", 6],
  ["linked", 3],
  ["linked", 8],
  ["committed", 5],
  ["publish-put", 1],
  ["publish-put", 4],
  ["publish-made-directory", 2],
  ["delete-before", 3],
  ["delete-moved", 1],
  ["delete-moved", 3],
  ["published", 4],
] as const;

async function inFolder<T>(run: (root: string) => Promise<T>): Promise<T> {
  const root = await mkdtemp(join(tmpdir(), "kym-killed-"));
  try {
    return await run(root);
  } finally {
    await rm(root, { recursive: true });
  }
}

async function readAll(
  root: string,
): Promise<{ version: number; objects: Readonly<Record<string, string>> }> {
  const engine = new CommitEngine(localStore(root), { runtime: nodeRuntime(), logger: collectLog() });
  await engine.open();
  const { head } = engine.log;
  const objects: Record<string, string> = {};
  for (const group of [...head.groups()]) {
    for (const path of [...head.objectsOf(group).keys()]) {
      objects[path] = text(await engine.reader.read(path)) ?? "missing";
    }
  }
  return { version: head.version, objects };
}

/** The next writer: what it is told, and the dataset after it. */
async function commitNext(root: string): Promise<{ warnings: readonly string[]; waitedMs: number }> {
  const log = collectLog();
  const engine = new CommitEngine(localStore(root), { runtime: nodeRuntime(), logger: log });
  await engine.open();
  const startedMs = performance.now();
  await engine.transact((transaction) => applyChanges(transaction, { "tables/next": "next" }));
  return { warnings: log.warnings, waitedMs: performance.now() - startedMs };
}

it.concurrent.each(KILLS)(
  "a process killed at %s, the %i. time, leaves v or v+1, and the next writer repairs",
  async (step, time) => {
    await inFolder(async (root) => {
      const task: WorkerTask = { root, worker: 1, commits: 40, mode: "cycle", killAt: { step, time } };
      const { acknowledged, signal, stderr } = await runWorker(task);
      expect(signal, stderr).toBe("SIGKILL");
      const { version, objects } = await readAll(root);
      expect([acknowledged.length, acknowledged.length + 1]).toContain(version);
      expect(objects).toEqual(stateOfCycle(version));
      const { waitedMs } = await commitNext(root);
      expect(waitedMs, "a dead holder of the lock is replaced at once").toBeLessThan(5000);
      const audit = await auditStore(localStore(root));
      expect(audit.problems).toEqual([]);
      expect(audit.foreign).toEqual({});
      expect(audit.objects).toEqual({ ...stateOfCycle(version), "tables/next": "next" });
    });
  },
);

it("a process killed between putting a file back and letting it go leaves it where it is", async () => {
  await inFolder(async (root) => {
    const engine = new CommitEngine(localStore(root), { runtime: nodeRuntime(), logger: collectLog() });
    await engine.open();
    await engine.transact((transaction) => applyChanges(transaction, { "tables/a": "again" }));
    const killAt = { step: "delete-putback", time: 1 };
    const task: WorkerTask = { root, worker: 1, commits: 1, mode: "put-back", isLockDisabled: true, killAt };
    const { signal, stderr } = await runWorker(task);
    expect(signal, stderr).toBe("SIGKILL");
    expect((await readAll(root)).objects).toEqual({ "tables/a": "again" });
    await commitNext(root);
    const audit = await auditStore(localStore(root));
    expect(audit.problems).toEqual([]);
    expect(audit.objects).toEqual({ "tables/a": "again", "tables/next": "next" });
  });
});

it("a killed process that was staging is fenced off by name, and its staging goes", async () => {
  await inFolder(async (root) => {
    const killAt = { step: "synced", time: 2 };
    await runWorker({ root, worker: 1, commits: 4, mode: "cycle", killAt });
    const left = (await localStore(root).list(key("__staging"))).map(({ name }) => name);
    expect(left).toHaveLength(1);
    await commitNext(root);
    const { records } = await auditStore(localStore(root));
    expect(records.at(-1)?.abort).toEqual(left);
  });
});
