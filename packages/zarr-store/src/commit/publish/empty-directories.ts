// Finds and removes the directories that are empty after files were moved or deleted.

import { joinKey, parentKey, type StoreKey } from "../../store/store-key.ts";
import type { CommitContext } from "../commit-context.ts";

/** Removes `refuge` and the directories of `path` below it, as far as they are empty. */
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

/** Returns all directories above the paths, the deepest first, so that they can be removed in this order. */
export function directoriesOf(paths: Iterable<StoreKey>): readonly StoreKey[] {
  const directories = new Set<StoreKey>();
  for (const path of paths) {
    for (let key = parentKey(path); key !== undefined; key = parentKey(key)) {
      directories.add(key);
    }
  }
  return [...directories].sort((a, b) => b.split("/").length - a.split("/").length);
}
