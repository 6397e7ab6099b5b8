// Puts a committed `zarr.json` back that another program wrote over, and keeps that program's file.

import { isZarrStoreError } from "../../errors.ts";
import { joinKey, parentKey, type StoreKey } from "../../store/store-key.ts";
import type { CommitContext } from "../commit-context.ts";
import { rewrittenNode } from "../foreign/rewritten-node.ts";
import { isZarrNode, zarrNode } from "../object-path.ts";
import type { CommitOp } from "../records/commit-record.ts";
import { obstacleKey } from "../records/control-keys.ts";
import { replaceFile } from "../records/replace-file.ts";

/**
 * Puts a node back whose committed bytes could be made again. The other program's file stays as an obstacle, and is named.
 *
 * @returns where that file is; undefined if there is nothing to put back
 */
export async function putBackNode(
  context: CommitContext,
  path: StoreKey,
  durability: "batched" | "none",
): Promise<StoreKey | undefined> {
  const edit = await rewrittenNode(context, path);
  return edit?.committed && putBackFile(context, path, edit.committed, { durability, what: edit.message });
}

/** Puts committed bytes back at a path, and keeps what another program wrote there. Undefined if that is gone. */
export async function putBackFile(
  context: CommitContext,
  path: StoreKey,
  committed: Uint8Array<ArrayBuffer>,
  { durability, what }: { readonly durability: "batched" | "none"; readonly what: string },
): Promise<StoreKey | undefined> {
  const { store, runtime, logger, log } = context;
  if ((await runtime.sha256(committed)) !== log.head.object(path)?.sha256) {
    return undefined;
  }
  const kept = await keepUnderSecondName(context, path);
  if (kept !== undefined) {
    const txid = `node-${runtime.newId()}`;
    await replaceFile(store, path, committed, { txid, writer: runtime.writer, durability });
    logger.warn(`${path} was ${what}; the committed file is back, and the other one is kept as ${kept}`);
  }
  return kept;
}

/** Gives a file a second name, as an obstacle, so that it can be replaced. Undefined if it is gone. */
export async function keepUnderSecondName(
  { store, runtime }: CommitContext,
  path: StoreKey,
): Promise<StoreKey | undefined> {
  const kept = joinKey(obstacleKey(runtime.newId()), path);
  await store.makeDirectory(parentKey(kept) ?? kept);
  try {
    return (await store.putNew(kept, path)) ? kept : undefined;
  } catch (error) {
    if (isZarrStoreError(error, "not_found")) {
      return undefined;
    }
    throw error;
  }
}

/**
 * After a commit that added or removed Zarr nodes, puts back the groups above them that another program consolidated: plain
 * readers believe the list in them, so that what is new would be hidden. Never fails the commit.
 */
export async function putBackConsolidated(
  context: CommitContext,
  ops: readonly CommitOp[],
  durability: "batched" | "none",
): Promise<void> {
  const { store, log, logger } = context;
  for (const path of groupsAbove(ops)) {
    try {
      const object = log.head.object(path);
      const stat = object && (await store.stat(path));
      const mayBeRewritten = stat?.kind === "file" && stat.sizeBytes !== object?.sizeBytes;
      if (mayBeRewritten && (await rewrittenNode(context, path))?.hidesNews === true) {
        await putBackNode(context, path, durability);
      }
    } catch (error) {
      logger.warn(`${path} was changed by another program and could not be put back: ${String(error)}`);
    }
  }
}

/** Those that the commit itself wrote are not among them. */
function groupsAbove(ops: readonly CommitOp[]): ReadonlySet<StoreKey> {
  const above = new Set<StoreKey>();
  for (const { op, path, prev } of ops) {
    if (isZarrNode(path) && (op === "delete" || prev === null)) {
      for (let folder = parentOfNode(path); folder !== undefined; folder = parentKey(folder)) {
        above.add(zarrNode(folder));
      }
      above.add(zarrNode(""));
    }
  }
  for (const { path } of ops) {
    above.delete(path);
  }
  return above;
}

/** The folder above the one that a node describes. */
function parentOfNode(path: StoreKey): StoreKey | undefined {
  const folder = parentKey(path);
  return folder && parentKey(folder);
}
