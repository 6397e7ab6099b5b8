import { isZarrStoreError } from "../../errors.ts";
import { joinKey, parentKey, type StoreKey } from "../../store/store-key.ts";
import type { CommitContext } from "../commit-context.ts";
import { asideKey, obstacleKey } from "../log/control-keys.ts";
import { removeEmptyDirectories } from "./empty-directories.ts";

/**
 * Decides about a file that a deletion moved to `<refuge>/<path>`, after the move, by the log alone: what the log wants at
 * the path is linked back, and the log is read once more before the aside goes. A process that is late can so never
 * delete what a newer commit put there. `commit-model` in the tests explores it.
 *
 * @returns `again` if the path holds the unwanted bytes once more and the deletion has to be repeated.
 */
export async function settleAside(
  context: CommitContext,
  refuge: StoreKey,
  path: StoreKey,
): Promise<"settled" | "again"> {
  const { store, log, runtime } = context;
  const aside = joinKey(refuge, path);
  const bytes = await store.get(aside);
  if (bytes === undefined) {
    return "settled";
  }
  const hash = await runtime.sha256(bytes);
  await log.refresh();
  while (log.head.object(path)?.sha256 === hash) {
    await linkBack(context, aside, path);
    await log.refresh();
    if (log.head.object(path)?.sha256 === hash) {
      await store.remove(aside);
      return "settled";
    }
  }
  if (!(await log.wasEverCommitted(path, hash))) {
    await giveBack(context, aside, path);
    return "settled";
  }
  const final = await store.get(path);
  await store.remove(aside);
  return final !== undefined && (await runtime.sha256(final)) === hash ? "again" : "settled";
}

/** Clears a path of an older version of its object; what stands there after all, as the log wants it, stays. */
export async function setOlderVersionAside(context: CommitContext, path: StoreKey): Promise<void> {
  const { store, runtime } = context;
  const refuge = asideKey(runtime.newId());
  const aside = joinKey(refuge, path);
  await store.makeDirectory(parentKey(aside) ?? refuge);
  await store.move(path, aside);
  await settleAside(context, refuge, path);
  await removeEmptyDirectories(context, refuge, path);
}

/** Bytes that no commit wrote are somebody's own: they go back, or out of the way where a newer file has the path. */
async function giveBack(context: CommitContext, aside: StoreKey, path: StoreKey): Promise<void> {
  const { store, runtime, logger } = context;
  const outcome = await linkBack(context, aside, path);
  if (outcome === "linked") {
    await store.remove(aside);
    logger.warn(`${path} was deleted, but its bytes are no commit's: they stay`);
  }
  if (outcome === "taken") {
    const refuge = joinKey(obstacleKey(runtime.newId()), path);
    await store.makeDirectory(parentKey(refuge) ?? refuge);
    await store.move(aside, refuge);
    logger.warn(`${path} was deleted, but its bytes were no commit's: they are kept as ${refuge}`);
  }
}

/** `gone`: another process has settled the aside meanwhile. */
async function linkBack(
  { store, onStep }: CommitContext,
  aside: StoreKey,
  path: StoreKey,
): Promise<"linked" | "taken" | "gone"> {
  try {
    const isLinked = await store.putNew(path, aside);
    await onStep("delete-putback", path);
    return isLinked ? "linked" : "taken";
  } catch (error) {
    if (isZarrStoreError(error, "not_found")) {
      return "gone";
    }
    throw error;
  }
}
