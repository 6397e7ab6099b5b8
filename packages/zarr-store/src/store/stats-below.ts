// Lists all files below a folder with what a store says of each, in one call where the store has one.

import type { ReadOptions } from "../runtime/read-options.ts";
import type { StoreStat } from "./key-value-store.ts";
import type { ReadOnlyStore } from "./read-only-store.ts";
import { isStoreKey, type StoreKey } from "./store-key.ts";

/** The files below a folder, by their keys below it. Links are left out, and names that no key may have. */
export async function statsBelow(
  store: ReadOnlyStore,
  folder: StoreKey,
  options: ReadOptions = {},
): Promise<ReadonlyMap<string, StoreStat>> {
  return store.statsBelow?.(folder, options) ?? listStatsBelow(store, folder, options);
}

/** The same by listing and asking for each file. */
export async function listStatsBelow(
  store: Pick<ReadOnlyStore, "list" | "stat">,
  folder: StoreKey,
  options: ReadOptions = {},
): Promise<ReadonlyMap<string, StoreStat>> {
  const stats = new Map<string, StoreStat>();
  const visit = async (prefix: StoreKey): Promise<void> => {
    for (const { name, kind } of await store.list(prefix, options)) {
      const key = `${prefix}/${name}`;
      if (!isStoreKey(key)) {
        continue;
      }
      if (kind === "directory") {
        await visit(key);
      } else {
        const stat = kind === "file" ? await store.stat(key) : undefined;
        if (stat !== undefined) {
          stats.set(key.slice(folder.length + 1), stat);
        }
      }
    }
  };
  await visit(folder);
  return stats;
}
