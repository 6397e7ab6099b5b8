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
 * Notes, for the result of the commit, that another program's file was kept.
 *
 * @param when why the commit may replace the file, in words: then it is named, but does not count as an edit that came between
 */
export function noteKept(
  { session, logger }: CommitContext,
  path: StoreKey,
  keptAs: StoreKey,
  when?: string,
): void {
  if (when !== undefined) {
    logger.warn(`${path} was changed outside the dataset ${when}; the change is kept as ${keptAs}`);
    return;
  }
  session.kept.push({ path, keptAs });
  session.onKept?.({ path, keptAs });
  logger.warn(
    keptAs === path
      ? `${path} was deleted by a commit, but another program had changed it: the file stays`
      : `${path} was changed outside the dataset while a commit was made; the change is kept as ${keptAs}`,
  );
}

/** What is put at a path, or undefined where it is not known, and what stood there. */
export interface Replacement {
  readonly path: StoreKey;
  readonly prev: string | null;
  readonly sha256?: string;
}

/**
 * Keeps, under a second name, what another program wrote at a path that a publication is about to replace: an edit that came
 * after the check, or a file that the commit may replace because its committed bytes are known.
 */
export async function keepForeignBytes(
  context: CommitContext,
  op: Replacement,
  when?: string,
): Promise<void> {
  const { store, runtime } = context;
  const { path } = op;
  if (!(await isForeign(context, path, op))) {
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
  if (await isForeign(context, kept, op)) {
    noteKept(context, path, kept, when);
  } else {
    await store.remove(kept);
    await removeEmptyDirectories(context, refuge, path);
  }
}

/** Moves a file of another program away from a path that a commit deleted. */
export async function setForeignAside(context: CommitContext, path: StoreKey): Promise<void> {
  const { store, runtime } = context;
  if (
    context.log.head.object(path) !== undefined ||
    !(await isForeign(context, path, { path, prev: null }))
  ) {
    return;
  }
  const refuge = joinKey(obstacleKey(runtime.newId()), path);
  await store.makeDirectory(parentKey(refuge) ?? refuge);
  if ((await store.move(path, refuge)) === "moved") {
    noteKept(context, path, refuge, "and is deleted by a commit");
  }
}

async function isForeign(
  { store, log, runtime }: CommitContext,
  key: StoreKey,
  op: Replacement,
): Promise<boolean> {
  const bytes = await store.get(key);
  if (bytes === undefined) {
    return false;
  }
  const hash = await runtime.sha256(bytes);
  if (hash === op.prev || hash === op.sha256) {
    return false;
  }
  await log.refresh();
  return !(await log.wasEverCommitted(op.path, hash));
}
