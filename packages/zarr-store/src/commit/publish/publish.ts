// Publishes a commit: moves its files from staging to their places, and carries out its deletions.

import { isZarrStoreError, ZarrStoreError } from "../../errors.ts";
import { joinKey, parentKey, type StoreKey } from "../../store/store-key.ts";
import type { CommitContext, Looks } from "../commit-context.ts";
import { groupOf, isOwnFormat, isRecordNode, isZarrNode } from "../object-path.ts";
import type { CommitRecord, PutOp } from "../records/commit-record.ts";
import {
  asideKey,
  stagedKey,
  stagedKeys,
  stagedOwnerKey,
  stagedRecordKey,
  stagingOf,
} from "../records/control-keys.ts";
import { settleAside } from "./aside.ts";
import { directoriesOf } from "./empty-directories.ts";
import { keepForeignBytes, setForeignAside, setObstacleAside } from "./obstacle.ts";
import { replaceKeeping } from "./replace-keeping.ts";

/** A bound against a file system that never comes to rest. In practice, two or three rounds are enough. */
const MAX_ROUNDS = 100;

export interface PublishOptions {
  /** What the check saw of the files to be replaced; unknown if the commit was made earlier, perhaps by another process. */
  readonly looks?: Looks | undefined;
  /**
   * Paths of lost objects, and of Zarr nodes that another program wrote to: other bytes may stand there, and are kept, except
   * those of damaged chunks. Default: none.
   */
  readonly foreign?: ReadonlySet<StoreKey>;
}

/**
 * Moves the files of a commit to their places. Deletions come first.
 *
 * - The record's ops say what to do, never a listing.
 * - Each step is a rename that consumes its source, so no step is done twice.
 * - Several processes may publish at once; one that wakes up late finds nothing to move.
 * - Staging is removed last, so its absence means "published".
 */
export async function publish(
  context: CommitContext,
  record: CommitRecord,
  options: PublishOptions = {},
): Promise<void> {
  const deletions = record.ops.filter((op) => op.op === "delete").map(({ path }) => path);
  for (const path of deletions.filter((each) => options.foreign?.has(each))) {
    await setForeignAside(context, path);
  }
  await publishDeletions(context, deletions.sort(nodesFirst));
  for (const directory of directoriesOf(deletions)) {
    if (parentKey(directory) !== undefined) {
      await context.store.remove(directory);
    }
  }
  const puts = record.ops.filter((op) => op.op === "put");
  const moved = await publishNewRecords(context, record.txid, puts);
  // The node of a record comes last, so that other programs see no image before it is whole.
  const single = puts
    .filter((op) => moved.get(groupOf(op.path)) === undefined)
    .sort((a, b) => Number(isNewRecord(a)) - Number(isNewRecord(b)));
  const alone = new Set<StoreKey>();
  for (const op of single) {
    await context.onStep("publish-put", op.path);
    const move = async (): Promise<boolean> => {
      const outcome = await publishPut(context, record.txid, op.path);
      if (outcome === "moved alone") {
        alone.add(op.path);
      }
      return outcome !== "absent";
    };
    if (options.foreign?.has(op.path) !== true) {
      await replaceKeeping(context, op, options.looks?.get(op.path), move);
      continue;
    }
    if (!isDamageOnly(op.path)) {
      await keepForeignBytes(context, op, "and is replaced by a commit");
    }
    await move();
  }
  const left = puts
    .filter((op) => moved.get(groupOf(op.path)) !== "moved" && !alone.has(op.path))
    .map(({ path }) => path);
  await clearStaging(context, record.txid, [...left, ...[...moved.keys()].map((group) => joinKey(group))]);
  await context.onStep("published");
}

/** Puts the staged bytes of one object in its place again, which the head has already. What stands there is kept. */
export async function publishAgain(context: CommitContext, txid: string, path: StoreKey): Promise<void> {
  if (!isDamageOnly(path)) {
    await keepForeignBytes(context, { path, prev: null }, "and is replaced by what was lost");
  }
  await publishPut(context, txid, path);
}

/** Nobody edits chunks by hand: bytes there that no commit wrote are damage, and no loss. */
function isDamageOnly(path: StoreKey): boolean {
  return isOwnFormat(path) && !isZarrNode(path);
}

/**
 * Removes the remains of a published transaction from staging: known names and empty directories, never a whole tree.
 */
async function clearStaging(
  { store }: CommitContext,
  txid: string,
  paths: readonly StoreKey[],
): Promise<void> {
  await store.remove(stagedRecordKey(txid));
  await store.remove(stagedOwnerKey(txid));
  for (const directory of directoriesOf(paths)) {
    await store.remove(stagedKey(txid, directory));
  }
  await store.remove(stagingOf(txid));
}

/**
 * Moves each new record as one directory. Returns the records that are done: `moved`, or `absent` if another process
 * has moved them. Where the place cannot rename directories, none is done, and each file is moved on its own; some mounts of
 * object storage and the lower layers of overlayfs are such places.
 */
async function publishNewRecords(
  context: CommitContext,
  txid: string,
  puts: readonly PutOp[],
): Promise<ReadonlyMap<string, "moved" | "absent">> {
  const done = new Map<string, "moved" | "absent">();
  for (const op of puts) {
    if (isNewRecord(op)) {
      const group = groupOf(op.path);
      await context.onStep("publish-put", group);
      const outcome = await moveFolder(context, stagedKey(txid, group), joinKey(group));
      if (outcome !== "blocked") {
        done.set(group, outcome);
      }
    }
  }
  return done;
}

function isNewRecord({ path, prev }: PutOp): boolean {
  return prev === null && isRecordNode(path);
}

async function moveFolder(
  context: CommitContext,
  from: StoreKey,
  to: StoreKey,
): Promise<"moved" | "absent" | "blocked"> {
  const { session, logger } = context;
  if (!session.canRenameFolders) {
    return "blocked";
  }
  try {
    return await moveIntoPlace(context, from, to);
  } catch (error) {
    if (!isZarrStoreError(error, "io", "not_supported")) {
      throw error;
    }
    session.canRenameFolders = false;
    logger.debug(`${error.message}; images are published file by file`);
    return "blocked";
  }
}

/** Moves one object into its place; `absent` if another process has. One that was staged alone was not staged in its folder. */
async function publishPut(
  context: CommitContext,
  txid: string,
  path: StoreKey,
): Promise<"moved alone" | "moved" | "absent"> {
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const [alone, inFolder] = stagedKeys(txid, path);
    const outcome = alone && (await moveIntoPlace(context, alone, path));
    if (outcome === "moved") {
      return "moved alone";
    }
    const other = outcome === "absent" && inFolder ? await moveIntoPlace(context, inFolder, path) : outcome;
    if (other !== "blocked") {
      return other ?? "absent";
    }
    await setObstacleAside(context, path);
  }
  throw new ZarrStoreError("io", `cannot put ${path} in place: another file keeps appearing there`, {
    path,
  });
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
  throw new ZarrStoreError("io", `cannot put ${to} in place: its directory keeps disappearing`, { path: to });
}

/** Deletes the files at some paths, except where the log has an object. */
export async function publishDeletions(context: CommitContext, paths: readonly StoreKey[]): Promise<void> {
  if (paths.length === 0) {
    return;
  }
  const refuge = asideKey(context.runtime.newId());
  const made = new Set<StoreKey>();
  for (const path of paths) {
    await publishDeletion(context, refuge, made, path);
  }
  for (const directory of directoriesOf(paths)) {
    await context.store.remove(joinKey(refuge, directory));
  }
  await context.store.remove(refuge);
}

/**
 * Deletes one file. The log as read after the move decides; checking it before only saves moves that would be undone.
 */
async function publishDeletion(
  context: CommitContext,
  refuge: StoreKey,
  made: Set<StoreKey>,
  path: StoreKey,
): Promise<void> {
  const { store, log, logger } = context;
  const aside = joinKey(refuge, path);
  const directory = parentKey(aside) ?? refuge;
  for (let round = 0; round < MAX_ROUNDS; round++) {
    await context.onStep("delete-before", path);
    if (log.head.object(path) !== undefined) {
      return;
    }
    const stat = await store.stat(path);
    if (stat === undefined) {
      return;
    }
    if (stat.kind !== "file") {
      logger.warn(`${path} was deleted by a commit, but it is not a file any more: it stays`);
      return;
    }
    if (!made.has(directory)) {
      await store.makeDirectory(directory);
      made.add(directory);
    }
    const outcome = await store.move(path, aside);
    await context.onStep("delete-moved", path);
    if (outcome === "no_parent") {
      made.delete(directory);
    } else if (outcome !== "moved" || (await settleAside(context, aside, path)) === "settled") {
      return;
    }
  }
  throw new ZarrStoreError("io", `cannot delete ${path}: it keeps coming back`, { path });
}

/**
 * Sorts the `zarr.json` of an outer node before those inside it, and all of them before other files. A plain Zarr
 * reader then sees a node disappear as a whole.
 */
function nodesFirst(a: StoreKey, b: StoreKey): number {
  return nodeRank(a) - nodeRank(b);
}

function nodeRank(path: StoreKey): number {
  return isZarrNode(path) ? path.split("/").length : Number.MAX_SAFE_INTEGER;
}
