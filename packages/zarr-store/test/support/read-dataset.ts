import { CommitEngine } from "../../src/commit/commit-engine.ts";
import type { WriterLockOptions } from "../../src/commit/lock/writer-lock.ts";
import { collectGarbage } from "../../src/commit/maintain/gc.ts";
import { localStore } from "../../src/node/local/local-store.ts";
import { nodeRuntime } from "../../src/node/runtime/node-runtime.ts";
import { applyChanges, type Changes, text } from "./simulated-writers.ts";
import { type CollectedLog, collectLog } from "./test-runtime.ts";

export interface DatasetRead {
  readonly version: number;
  /** The text of every object, as our reader gives it. */
  readonly objects: Readonly<Record<string, string>>;
}

/** What a reader that comes now sees of a folder. */
export async function readDataset(root: string): Promise<DatasetRead> {
  const { engine } = await openEngine(root);
  const { head } = engine.log;
  const objects: Record<string, string> = {};
  for (const group of [...head.groups()]) {
    for (const path of [...head.objectsOf(group).keys()]) {
      objects[path] = text(await engine.reader.read(path)) ?? "missing";
    }
  }
  return { version: head.version, objects };
}

/** What the last of all writers makes, after it has settled what others left. */
export const NEXT = { "tables/next": "next" };

/** Lets one more writer come; returns what it was told. */
export async function commitNext(root: string, changes: Changes = NEXT): Promise<readonly string[]> {
  const { engine, log } = await openEngine(root);
  await engine.transact((transaction) => applyChanges(transaction, changes));
  return log.warnings;
}

/**
 * One more writer comes, and garbage is collected as it would be a day later: staging whose writer died, or lost its power,
 * before its name was written whole is nobody's.
 */
export async function settle(root: string, lock: WriterLockOptions = {}): Promise<readonly string[]> {
  const { engine, log } = await openEngine(root, lock);
  await engine.transact((transaction) => applyChanges(transaction, NEXT));
  await collectGarbage(engine, { dryRun: false, olderThanMs: 0 });
  return log.warnings;
}

async function openEngine(
  root: string,
  lock: WriterLockOptions = {},
): Promise<{ readonly engine: CommitEngine; readonly log: CollectedLog }> {
  const log = collectLog();
  const engine = new CommitEngine(localStore(root), { runtime: nodeRuntime(), logger: log, lock });
  await engine.open();
  return { engine, log };
}
