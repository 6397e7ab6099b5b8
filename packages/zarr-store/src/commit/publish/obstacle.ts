// Keeps files of other programs that stand in the way of a commit.

import { isZarrStoreError } from "../../errors.ts";
import type { StoreStat } from "../../store/key-value-store.ts";
import { joinKey, parentKey, type StoreKey } from "../../store/store-key.ts";
import type { CommitContext } from "../commit-context.ts";
import { obstacleKey } from "../records/control-keys.ts";
import { removeEmptyDirectories } from "./empty-directories.ts";

/** Moves a folder out of the way of a file, or a file out of the way of a folder. No commit wrote it, so it is kept. */
export async function setObstacleAside(context: CommitContext, path: StoreKey): Promise<void> {
  const { store, runtime, logger } = context;
  const key = await findObstacle(context, path);
  if (key === undefined) {
    return;
  }
  const refuge = joinKey(obstacleKey(runtime.newId()), key);
  await store.makeDirectory(parentKey(refuge) ?? refuge);
  await store.move(key, refuge);
  logger.warn(`${key} stood in the way of a commit and was moved to ${refuge}`);
}

/**
 * Returns the outermost entry, at the path or above it, that is in the way. An entry that is neither a file nor a
 * directory is the last choice, because it may be a valid link.
 */
async function findObstacle({ store }: CommitContext, path: StoreKey): Promise<StoreKey | undefined> {
  const stats: (readonly [StoreKey, StoreStat["kind"] | undefined])[] = [];
  for (let key: StoreKey | undefined = path; key !== undefined; key = parentKey(key)) {
    stats.unshift([key, (await store.stat(key))?.kind]);
  }
  const certain = stats.find(([key, kind]) => kind === (key === path ? "directory" : "file"));
  const possible = stats.find(([key, kind]) => kind === "other" && key !== path);
  return (certain ?? possible)?.[0];
}

/**
 * Keeps, under a second name, an edit at a path that a publication is about to replace: one of a commit that another process
 * checked, perhaps long ago, or of a node that the commit may replace because its committed bytes are known.
 */
export async function keepForeignBytes(
  context: CommitContext,
  path: StoreKey,
  when = "before a commit was finished",
): Promise<void> {
  const { store, runtime, logger } = context;
  if (!(await isForeign(context, path, path))) {
    return;
  }
  const refuge = obstacleKey(runtime.newId());
  const kept = joinKey(refuge, path);
  try {
    await store.putNew(kept, path);
  } catch (error) {
    if (isZarrStoreError(error, "not_found")) {
      return;
    }
    throw error;
  }
  if (await isForeign(context, kept, path)) {
    logger.warn(`${path} was changed outside the dataset ${when}; the change is kept as ${kept}`);
  } else {
    await store.remove(kept);
    await removeEmptyDirectories(context, refuge, path);
  }
}

/** Moves a file of another program away from a path that a commit deleted. */
export async function setForeignAside(context: CommitContext, path: StoreKey): Promise<void> {
  const { store, runtime, logger } = context;
  if (context.log.head.object(path) !== undefined || !(await isForeign(context, path, path))) {
    return;
  }
  const refuge = joinKey(obstacleKey(runtime.newId()), path);
  await store.makeDirectory(parentKey(refuge) ?? refuge);
  if ((await store.move(path, refuge)) === "moved") {
    logger.warn(
      `${path} was deleted by a commit, but another program had changed it: it is kept as ${refuge}`,
    );
  }
}

async function isForeign(
  { store, log, runtime }: CommitContext,
  key: StoreKey,
  path: StoreKey,
): Promise<boolean> {
  const bytes = await store.get(key);
  if (bytes === undefined) {
    return false;
  }
  const hash = await runtime.sha256(bytes);
  await log.refresh();
  return !(await log.wasEverCommitted(path, hash));
}
