// Keeps what another program wrote to a file between the check of a commit and the rename that replaces the file.

import { isZarrStoreError } from "../../errors.ts";
import type { StoreStat } from "../../store/key-value-store.ts";
import { joinKey, parentKey, type StoreKey } from "../../store/store-key.ts";
import { isTooLarge } from "../../store/unreadable.ts";
import type { CommitContext, Look } from "../commit-context.ts";
import { otherLineEnds } from "../foreign/other-line-ends.ts";
import type { PutOp } from "../records/commit-record.ts";
import { asideKey, heldKey, obstacleKey, STAGING } from "../records/control-keys.ts";
import { removeEmptyDirectories } from "./empty-directories.ts";
import { keepForeignBytes, noteKept } from "./obstacle.ts";

/**
 * Runs `move`, which renames the staged file of `op` to its place, and keeps what it replaces if no commit wrote that.
 *
 * With hard links, the old file first gets a second name in an aside. After the rename its hash is compared. So what an editor
 * wrote into the file before that is never lost, and what one saved by a rename only if it did so between the two calls. Without
 * hard links, the file is compared with the look of the check, just before the rename. `edit-model` in the tests explores every
 * order; docs/commit-protocol.md#edits-while-a-commit-is-made says which windows are left.
 *
 * @param move returns whether it replaced anything
 */
export async function replaceKeeping(
  context: CommitContext,
  op: PutOp,
  look: Look | undefined,
  move: () => Promise<boolean>,
): Promise<void> {
  const { runtime, store } = context;
  const id = runtime.newId();
  const aside = heldKey(id, op.path);
  const held = await hold(context, aside, op);
  if (held === "cannot be held") {
    await removeFolders(context, id, op.path, aside);
    await keepUnlessSeen(context, op, look?.stat);
  }
  const hasReplaced = await move();
  if (held !== "held") {
    return;
  }
  await context.onStep("publish-replaced", op.path);
  const found = await judge(context, op, aside, look?.sizeBytes);
  if (found === "unreadable") {
    return;
  }
  // Another process may have renamed the staged file first. Then what it replaced is in this aside as well.
  if (found === "foreign" && (hasReplaced || !(await haveSameBytes(context, aside, op.path)))) {
    await keepAside(context, op.path, aside);
  } else {
    await store.remove(aside);
  }
  await removeFolders(context, id, op.path, aside);
}

/** Removes the folders of an aside whose path did not fit into one name. */
async function removeFolders(
  context: CommitContext,
  id: string,
  path: StoreKey,
  aside: StoreKey,
): Promise<void> {
  if (parentKey(aside) !== STAGING) {
    await removeEmptyDirectories(context, asideKey(id), path);
  }
}

/** Gives the file at a path its second name. */
async function hold(
  { store, session, logger }: CommitContext,
  aside: StoreKey,
  { path, prev }: PutOp,
): Promise<"held" | "nothing there" | "cannot be held"> {
  if (prev === null && (await store.stat(path)) === undefined) {
    return "nothing there";
  }
  if (session.hasHardLinks === false) {
    return "cannot be held";
  }
  try {
    return (await store.putNew(aside, path, { atomic: true })) ? "held" : "cannot be held";
  } catch (error) {
    if (isZarrStoreError(error, "not_found")) {
      return "cannot be held";
    }
    if (isZarrStoreError(error, "not_supported")) {
      // A folder cannot be linked anywhere. It stands in the way, and is dealt with later.
      session.hasHardLinks = (await store.stat(path))?.kind === "file" ? false : session.hasHardLinks;
      return "cannot be held";
    }
    // A full disk takes no second name but may well take the rename.
    if (isZarrStoreError(error, "io", "invalid_name")) {
      logger.debug(`${path} gets no second name before it is replaced: ${error.message}`);
      return "cannot be held";
    }
    throw error;
  }
}

/** Copies an edit before it is replaced. The file that the check saw is not read again. */
async function keepUnlessSeen(context: CommitContext, op: PutOp, look: StoreStat | undefined): Promise<void> {
  const stat = await context.store.stat(op.path);
  if (stat?.kind === "file" && !(look !== undefined && isSameFile(look, stat))) {
    await keepForeignBytes(context, op);
  }
}

const NS_IN_S = 1_000_000_000n;

/** Whether a file is the one that was seen. A time in whole seconds says too little: FAT keeps every second one. */
function isSameFile(seen: StoreStat, { sizeBytes, mtimeNs, inode }: StoreStat): boolean {
  return (
    mtimeNs !== undefined &&
    mtimeNs % NS_IN_S !== 0n &&
    mtimeNs === seen.mtimeNs &&
    sizeBytes === seen.sizeBytes &&
    inode === seen.inode
  );
}

/**
 * Whether some commit wrote what the aside holds. A symbolic link, and what is too large to be read, is of another program. What
 * cannot be read now stays where it is, for the next writer.
 */
async function judge(
  { store, log, runtime, logger }: CommitContext,
  op: PutOp,
  aside: StoreKey,
  expectedBytes = 0,
): Promise<"known" | "foreign" | "unreadable"> {
  try {
    const bytes = await store.get(aside, { expectedBytes });
    if (bytes === undefined) {
      return "known";
    }
    const hash = await runtime.sha256(bytes);
    if (hash === op.prev || hash === op.sha256) {
      return "known";
    }
    if (await hasOtherLineEnds(runtime, op.prev, bytes)) {
      return "known";
    }
    await log.refresh();
    return (await log.wasEverCommitted(op.path, hash)) ? "known" : "foreign";
  } catch (error) {
    if (isTooLarge(error) || isZarrStoreError(error, "invalid_name")) {
      return "foreign";
    }
    if (!isZarrStoreError(error, "io")) {
      throw error;
    }
    logger.warn(`what a commit replaced at ${op.path} stays as ${aside}: ${error.message}`);
    return "unreadable";
  }
}

/** Whether another program, mostly git, only changed the line ends of the committed file. */
async function hasOtherLineEnds(
  { sha256 }: CommitContext["runtime"],
  committed: string | null,
  bytes: Uint8Array<ArrayBuffer>,
): Promise<boolean> {
  for (const text of otherLineEnds(bytes)) {
    if ((await sha256(text)) === committed) {
      return true;
    }
  }
  return false;
}

async function haveSameBytes(
  { store, runtime }: CommitContext,
  aside: StoreKey,
  path: StoreKey,
): Promise<boolean> {
  const [held, inPlace] = [await store.get(aside), await store.get(path)];
  return (
    held !== undefined &&
    inPlace !== undefined &&
    (await runtime.sha256(held)) === (await runtime.sha256(inPlace))
  );
}

/** Moves an edit that a commit has replaced to where no later writer takes it away. If that fails, it stays in the aside. */
async function keepAside(context: CommitContext, path: StoreKey, aside: StoreKey): Promise<void> {
  const { store, runtime, logger } = context;
  const obstacle = joinKey(obstacleKey(runtime.newId()), path);
  try {
    await store.makeDirectory(parentKey(obstacle) ?? obstacle);
    await store.move(aside, obstacle);
    noteKept(context, path, obstacle);
  } catch (error) {
    if (!isZarrStoreError(error, "io")) {
      throw error;
    }
    logger.debug(`${aside} stays there until the next writer comes: ${error.message}`);
    noteKept(context, path, aside);
  }
}
