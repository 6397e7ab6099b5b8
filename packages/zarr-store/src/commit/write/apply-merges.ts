import type { StoreKey } from "../../store/store-key.ts";
import { groupOf } from "../object-path.ts";
import { conflictError, type MergeableChange, type Transaction } from "./transaction.ts";

/** The groups that the merges of each path have dropped, over the rounds of one commit. */
export type DroppedByPath = Map<StoreKey, ReadonlySet<string>>;

/**
 * Applies the merges of a transaction to the objects as the head has them; in a later round of the same commit again,
 * from the start. What the transaction itself has put at a path is merged once: no other commit can change it.
 *
 * @returns the paths that were staged
 * @throws {ZarrStoreError} `conflict` if an image that an earlier round dropped would have been kept by this one
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
    throw conflictError(revived, "another commit had these images, and has them no more");
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
  // Undefined means: perhaps the rows of every image.
  let imageIds: ReadonlySet<string> | undefined = isOwn ? undefined : new Set();
  for (const { merge } of changes) {
    const result = await merge(await transaction.read(path));
    for (const group of result.droppedGroups ?? []) {
      dropped.add(group);
    }
    if (result.bytes !== undefined) {
      imageIds = imageIds && result.imageIds && new Set([...imageIds, ...result.imageIds]);
      await transaction.putMerged(path, result.bytes, imageIds && [...imageIds].sort());
    }
  }
  return dropped;
}
