// Removes a folder of the commit protocol's own.

import type { KeyValueStore } from "../../store/key-value-store.ts";
import { isStoreKey, joinKey, type StoreKey } from "../../store/store-key.ts";

/** Visits every file of a tree, then removes the directories that are empty. Names that are not valid keys stay. */
export async function visitAndPrune(
  store: KeyValueStore,
  directory: StoreKey,
  visit: (file: StoreKey) => Promise<unknown>,
): Promise<void> {
  for (const { name, kind } of await store.list(directory)) {
    if (!isStoreKey(name)) {
      continue;
    }
    const child = joinKey(directory, name);
    if (kind === "directory") {
      await visitAndPrune(store, child, visit);
    } else {
      await visit(child);
    }
  }
  await store.remove(directory);
}
