// Applies the mergeable changes of a transaction to the objects as they are at the moment of the commit.

import type { StoreKey } from "../../store/store-key.ts";
import { isLostObject } from "../foreign/lost-object.ts";
import { groupOf } from "../object-path.ts";
import { conflictError } from "./conflict-error.ts";
import type { MergeableChange, ObjectPart } from "./mergeable-change.ts";
import type { Transaction } from "./transaction.ts";

/** The groups that the merges of each path have dropped, over all rounds of one commit. */
export type DroppedByPath = Map<StoreKey, ReadonlySet<string>>;

/**
 * Applies the merges of a transaction to the head's objects. A later round of the same commit starts over. A merge into
 * what the transaction itself put at a path is done only once, since no other commit can change that.
 *
 * @returns the paths that were staged
 * @throws {ZarrStoreError} `conflict` if this round would keep an image that an earlier round dropped
 */
export async function applyMerges(
  transaction: Transaction,
  droppedByPath: DroppedByPath,
): Promise<readonly StoreKey[]> {
  const staged: StoreKey[] = [];
  const before = allOf(droppedByPath);
  for (const [path, changes] of Map.groupBy(transaction.merges, (change) => change.path)) {
    const isOwn = transaction.hasOwnChange(path);
    if (isOwn && droppedByPath.has(path)) {
      continue;
    }
    if (!isOwn) {
      await transaction.rebase(path);
    }
    droppedByPath.set(path, await mergeOne(transaction, path, changes, isOwn));
    staged.push(path);
  }
  const dropped = allOf(droppedByPath);
  const revived = [...before].filter((group) => !dropped.has(group));
  if (revived.length > 0) {
    throw conflictError(revived, "another commit had added these images, and they are gone again");
  }
  for (const { path } of dropped.size > 0 ? transaction.ops() : []) {
    if (dropped.has(groupOf(path))) {
      await transaction.withdraw(path);
    }
  }
  return staged;
}

export function allOf(droppedByPath: DroppedByPath): ReadonlySet<string> {
  return new Set([...droppedByPath.values()].flatMap((groups) => [...groups]));
}

async function mergeOne(
  transaction: Transaction,
  path: StoreKey,
  changes: readonly MergeableChange[],
  isOwn: boolean,
): Promise<ReadonlySet<string>> {
  const dropped = new Set<string>();
  // Undefined means that the rows of every image may have changed.
  let imageIds: ReadonlySet<string> | undefined = isOwn ? undefined : new Set();
  const ifLost = changes.find((change) => change.ifLost !== undefined)?.ifLost;
  let joined = isOwn ? undefined : await joinParts(transaction, path, changes);
  for (const { merge } of changes) {
    const result = await merge(
      joined === undefined ? await readOrGiveUp(transaction, path, ifLost) : joined.bytes,
    );
    for (const group of result.droppedGroups ?? []) {
      dropped.add(group);
    }
    if (
      result.bytes === undefined ||
      (joined?.bytes !== undefined &&
        areEqual(result.bytes, joined.bytes) &&
        !isAnyLost(transaction, joined.paths))
    ) {
      continue;
    }
    imageIds = imageIds && result.imageIds && new Set([...imageIds, ...result.imageIds]);
    await transaction.putMerged(path, result.bytes, imageIds && [...imageIds].sort());
    for (const part of joined?.paths ?? []) {
      await transaction.putMerged(part, undefined);
    }
    joined = undefined;
  }
  return dropped;
}

/** The object that the parts of an object make, and the parts; undefined if it has none. */
async function joinParts(
  transaction: Transaction,
  path: StoreKey,
  changes: readonly MergeableChange[],
): Promise<
  { readonly bytes: Uint8Array<ArrayBuffer> | undefined; readonly paths: readonly StoreKey[] } | undefined
> {
  const join = changes.find(({ parts }) => parts !== undefined)?.parts;
  const paths = join === undefined ? [] : await rebaseParts(transaction, path, join.has);
  if (join === undefined || paths.length === 0) {
    return undefined;
  }
  const ifLost = changes.find((change) => change.ifLost !== undefined)?.ifLost;
  const parts: ObjectPart[] = [];
  for (const part of paths) {
    const bytes = await readOrGiveUp(transaction, part, ifLost && (async () => undefined));
    if (bytes === undefined && transaction.lost.has(part)) {
      continue;
    }
    if (bytes === undefined) {
      throw conflictError([part], "was deleted while it was read");
    }
    parts.push({ path: part, bytes });
  }
  return { bytes: parts.length === 0 ? await ifLost?.() : await join.join(parts), paths };
}

/** The bytes of an object, or what takes the place of lost ones. */
async function readOrGiveUp(
  transaction: Transaction,
  path: StoreKey,
  ifLost: MergeableChange["ifLost"],
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  try {
    return await transaction.read(path);
  } catch (error) {
    if (ifLost === undefined || !isLostObject(error, path)) {
      throw error;
    }
    transaction.lost.add(path);
    return ifLost();
  }
}

/** The parts of an object, sorted, as they are in the head, but for the transaction's own changes. */
async function rebaseParts(
  transaction: Transaction,
  path: StoreKey,
  isPart: (path: string) => boolean,
): Promise<readonly StoreKey[]> {
  const rebase = async (paths: Iterable<StoreKey>): Promise<void> => {
    for (const part of paths) {
      if (isPart(part) && !transaction.hasOwnChange(part)) {
        await transaction.rebase(part);
      }
    }
  };
  // An earlier round may have deleted them.
  await rebase(transaction.changedPaths().keys());
  const parts = (await transaction.paths(groupOf(path), "last look")).filter(isPart);
  await rebase(parts);
  return parts;
}

function isAnyLost({ lost }: Transaction, paths: readonly StoreKey[]): boolean {
  return paths.some((path) => lost.has(path));
}

function areEqual(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, at) => byte === b[at]);
}
