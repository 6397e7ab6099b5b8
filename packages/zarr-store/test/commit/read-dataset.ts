import { CommitEngine } from "../../src/commit/commit-engine.ts";
import { localStore } from "../../src/node/local-store.ts";
import { nodeRuntime } from "../../src/node/node-runtime.ts";
import { collectLog } from "./test-runtime.ts";
import { applyChanges, type Changes, text } from "./world.ts";

export interface DatasetRead {
  readonly version: number;
  /** The text of every object, as our reader gives it. */
  readonly objects: Readonly<Record<string, string>>;
}

/** What a reader that comes now sees of a folder. */
export async function readDataset(root: string): Promise<DatasetRead> {
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

/** What the last of all writers makes, after it has settled what others left. */
export const NEXT = { "tables/next": "next" };

/** Lets one more writer come; returns what it was told. */
export async function commitNext(root: string, changes: Changes = NEXT): Promise<readonly string[]> {
  const log = collectLog();
  const engine = new CommitEngine(localStore(root), { runtime: nodeRuntime(), logger: log });
  await engine.open();
  await engine.transact((transaction) => applyChanges(transaction, changes));
  return log.warnings;
}
