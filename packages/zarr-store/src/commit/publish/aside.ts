// Deletes a file safely by moving it aside first, so that a late deletion cannot remove a newer commit's file.

import { isZarrStoreError } from "../../errors.ts";
import { joinKey, parentKey, type StoreKey } from "../../store/store-key.ts";
import type { CommitContext } from "../commit-context.ts";
import { otherLineEnds } from "../foreign/other-line-ends.ts";
import { asideKey, obstacleKey } from "../records/control-keys.ts";
import { isTornCopy } from "../torn-copy.ts";
import { removeEmptyDirectories } from "./empty-directories.ts";
import { noteKept } from "./obstacle.ts";

/**
 * Decides, from the log alone, about a file of `path` that a deletion has already moved to `aside`, or that a replacement gave
 * this second name.
 *
 * If the log wants these bytes at the path, they are linked back, and the log is read again before the aside is
 * removed. So a late process can never delete what a newer commit put there. `commit-model` in the tests explores every
 * order.
 *
 * @returns `again` if the unwanted bytes are back at the path, so that the deletion has to be repeated
 */
export async function settleAside(
  context: CommitContext,
  aside: StoreKey,
  path: StoreKey,
): Promise<"settled" | "again"> {
  const { store, log, runtime } = context;
  const bytes = await store.get(aside);
  if (bytes === undefined) {
    return "settled";
  }
  const hash = await runtime.sha256(bytes);
  await log.refresh();
  while (log.head.object(path)?.sha256 === hash) {
    const outcome = await linkBack(context, aside, path);
    if (outcome === "gone") {
      return "settled";
    }
    if (outcome === "taken") {
      await removeTornCopy(context, path, bytes);
    }
    const kind = outcome === "linked" ? "file" : (await store.stat(path))?.kind;
    await log.refresh();
    if (kind !== undefined && log.head.object(path)?.sha256 === hash) {
      // Something of another kind than a file stands there: then these are the only bytes, and readers find them here.
      await (kind === "file" ? store.remove(aside) : undefined);
      return "settled";
    }
  }
  if (!(await log.wasEverCommitted(path, hash)) && !(await isInOtherLineEnds(context, path, bytes))) {
    await giveBack(context, aside, path);
    return "settled";
  }
  const final = await store.get(path);
  await store.remove(aside);
  return final !== undefined && (await runtime.sha256(final)) === hash ? "again" : "settled";
}

/** Whether a commit wrote these bytes, but for their line ends. */
async function isInOtherLineEnds(
  { log, runtime }: CommitContext,
  path: StoreKey,
  bytes: Uint8Array<ArrayBuffer>,
): Promise<boolean> {
  for (const text of otherLineEnds(bytes)) {
    if (await log.wasEverCommitted(path, await runtime.sha256(text))) {
      return true;
    }
  }
  return false;
}

/** Clears a path of an older version of its object. If the wanted version is there after all, it stays. */
export async function setOlderVersionAside(context: CommitContext, path: StoreKey): Promise<void> {
  const { store, runtime } = context;
  const refuge = asideKey(runtime.newId());
  const aside = joinKey(refuge, path);
  await store.makeDirectory(parentKey(aside) ?? refuge);
  await store.move(path, aside);
  await settleAside(context, aside, path);
  await removeEmptyDirectories(context, refuge, path);
}

/**
 * Removes the file at a path if it is what is left of a copy of `whole` that was cut short, where there are no hard links. It
 * is moved aside first and looked at again: what another process has put there meanwhile is settled like a deletion.
 */
export async function removeTornCopy(
  context: CommitContext,
  path: StoreKey,
  whole: Uint8Array,
): Promise<void> {
  const { store, runtime } = context;
  const found = await store.get(path);
  if (found === undefined || !isTornCopy(found, whole)) {
    return;
  }
  const refuge = asideKey(runtime.newId());
  const aside = joinKey(refuge, path);
  await store.makeDirectory(parentKey(aside) ?? refuge);
  await store.move(path, aside);
  const moved = await store.get(aside);
  if (moved !== undefined && isTornCopy(moved, whole)) {
    await store.remove(aside);
  } else {
    await settleAside(context, aside, path);
  }
  await removeEmptyDirectories(context, refuge, path);
}

/**
 * Gives back bytes that no commit wrote, because they are somebody's own. If a newer file has the path, they are kept
 * as an obstacle.
 */
async function giveBack(context: CommitContext, aside: StoreKey, path: StoreKey): Promise<void> {
  const { store, runtime } = context;
  const outcome = await linkBack(context, aside, path);
  if (outcome === "linked") {
    await store.remove(aside);
    noteKept(context, path, path);
  }
  if (outcome === "taken") {
    const refuge = joinKey(obstacleKey(runtime.newId()), path);
    await store.makeDirectory(parentKey(refuge) ?? refuge);
    await store.move(aside, refuge);
    noteKept(context, path, refuge);
  }
}

/** Links an aside back to its path. `gone` means that another process has settled the aside meanwhile. */
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
