import { ZarrStoreError } from "../errors.ts";
import { type StoreKey, joinKey, parentKey } from "../store/store-key.ts";
import { settleAside } from "./aside.ts";
import type { CommitContext } from "./commit-context.ts";
import type { CommitRecord, DeleteOp, PutOp } from "./commit-record.ts";
import { asideKey, obstacleKey, stagedKey, stagedOwnerKey, stagedRecordKey, stagingOf } from "./control-keys.ts";
import { groupOf } from "./head.ts";

/** A bound against a file system that never comes to rest; a live one settles in two or three rounds. */
const MAX_ROUNDS = 100;

/**
 * Brings the files of a commit to their places: by its ops and never by a listing, deletions first. Any process may
 * do it, several at once, and each step is a rename that consumes its source: what is done is not done again, and a
 * process that wakes late finds nothing to move. Staging goes last, so that its absence says "published".
 */
export async function publish(context: CommitContext, record: CommitRecord): Promise<void> {
  const deletions = record.ops.filter((op) => op.op === "delete").sort(nodesFirst);
  for (const op of deletions) {
    await publishDeletion(context, op);
  }
  for (const directory of emptiedDirectories(deletions)) {
    await context.store.remove(directory);
  }
  const puts = record.ops.filter((op) => op.op === "put");
  const moved = await publishNewRecords(context, record.txid, puts);
  for (const op of puts) {
    if (!moved.has(groupOf(op.path))) {
      await publishPut(context, record.txid, op.path);
    }
  }
  await clearStaging(context, record);
  await context.onStep("published");
}

/** Removes what staging holds of a published transaction: names and empty directories, never a tree. */
async function clearStaging({ store }: CommitContext, record: CommitRecord): Promise<void> {
  const { txid } = record;
  await store.remove(stagedRecordKey(txid));
  await store.remove(stagedOwnerKey(txid));
  const directories = new Set<StoreKey>();
  for (const op of record.ops) {
    for (let key = parentKey(op.path); key !== undefined; key = parentKey(key)) {
      directories.add(key);
    }
  }
  for (const directory of deepestFirst(directories)) {
    await store.remove(stagedKey(txid, directory));
  }
  await store.remove(stagingOf(txid));
}

/** New records go as one directory each; returns the groups that are in place. */
async function publishNewRecords(
  context: CommitContext,
  txid: string,
  puts: readonly PutOp[],
): Promise<ReadonlySet<string>> {
  const moved = new Set<string>();
  for (const op of puts) {
    const group = groupOf(op.path);
    if (group !== "" && op.prev === null && op.path === `${group}/zarr.json`) {
      await context.onStep("publish-put", group);
      const outcome = await moveIntoPlace(context, stagedKey(txid, group), joinKey(group));
      if (outcome !== "blocked") {
        moved.add(group);
      }
    }
  }
  return moved;
}

async function publishPut(context: CommitContext, txid: string, path: StoreKey): Promise<void> {
  await context.onStep("publish-put", path);
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const outcome = await moveIntoPlace(context, stagedKey(txid, path), path);
    if (outcome !== "blocked") {
      return;
    }
    await setObstacleAside(context, path);
  }
  throw new ZarrStoreError("io", `cannot put ${path} in place: something else keeps standing there`, { path });
}

async function moveIntoPlace(
  context: CommitContext,
  from: StoreKey,
  to: StoreKey,
): Promise<"moved" | "absent" | "blocked"> {
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const outcome = await context.store.move(from, to);
    if (outcome !== "no_parent") {
      return outcome;
    }
    const parent = parentKey(to);
    if (parent !== undefined) {
      await context.store.makeDirectory(parent);
      await context.onStep("publish-made-directory", parent);
    }
  }
  throw new ZarrStoreError("io", `cannot put ${to} in place: its directory keeps going away`, { path: to });
}

/** A folder where a file goes, or a file where a folder goes, that no commit wrote: kept, out of the way. */
async function setObstacleAside({ store, runtime, logger }: CommitContext, path: StoreKey): Promise<void> {
  const ancestors: StoreKey[] = [path];
  for (let key = parentKey(path); key !== undefined; key = parentKey(key)) {
    ancestors.unshift(key);
  }
  for (const key of ancestors) {
    const stat = await store.stat(key);
    if (stat === undefined || (stat.kind === "directory") !== (key === path)) {
      continue;
    }
    const refuge = joinKey(obstacleKey(runtime.newId()), key);
    await store.makeDirectory(parentKey(refuge) ?? refuge);
    await store.move(key, refuge);
    logger.warn(`${key} stood in the way of a commit and is now ${refuge}`);
    return;
  }
}

async function publishDeletion(context: CommitContext, op: DeleteOp): Promise<void> {
  const { store, log, runtime, logger } = context;
  for (let round = 0; round < MAX_ROUNDS; round++) {
    await context.onStep("delete-before", op.path);
    await log.refresh();
    if (log.head.object(op.path) !== undefined) {
      return;
    }
    const stat = await store.stat(op.path);
    if (stat !== undefined && stat.kind !== "file") {
      logger.warn(`${op.path} was deleted, but is no file of ours any more and stays`);
      return;
    }
    const refuge = asideKey(runtime.newId());
    const aside = joinKey(refuge, op.path);
    await store.makeDirectory(parentKey(aside) ?? refuge);
    const outcome = stat === undefined ? "absent" : await store.move(op.path, aside);
    await context.onStep("delete-moved", op.path);
    const again = outcome === "moved" && (await settleAside(context, refuge, op.path)) === "again";
    await removeEmptyDirectories(context, refuge, op.path);
    if (!again && outcome !== "no_parent") {
      return;
    }
  }
  throw new ZarrStoreError("io", `cannot delete ${op.path}: it keeps coming back`, { path: op.path });
}

/** Removes `refuge/<directories of path>` and `refuge`, as far as they are empty. */
export async function removeEmptyDirectories(
  { store }: CommitContext,
  refuge: StoreKey,
  path: StoreKey,
): Promise<void> {
  for (let key = parentKey(path); key !== undefined; key = parentKey(key)) {
    await store.remove(joinKey(refuge, key));
  }
  await store.remove(refuge);
}

/** A reader of plain Zarr sees a node go as one: its `zarr.json` first, the outermost before the inner ones. */
function nodesFirst(a: DeleteOp, b: DeleteOp): number {
  return nodeRank(a.path) - nodeRank(b.path);
}

function nodeRank(path: StoreKey): number {
  return path.endsWith("/zarr.json") ? path.split("/").length : Number.MAX_SAFE_INTEGER;
}

function emptiedDirectories(deletions: readonly DeleteOp[]): readonly StoreKey[] {
  const directories = new Set<StoreKey>();
  for (const { path } of deletions) {
    for (let key = parentKey(path); key !== undefined && key.includes("/"); key = parentKey(key)) {
      directories.add(key);
    }
  }
  return deepestFirst(directories);
}

function deepestFirst(keys: Iterable<StoreKey>): readonly StoreKey[] {
  return [...keys].sort((a, b) => b.split("/").length - a.split("/").length);
}
