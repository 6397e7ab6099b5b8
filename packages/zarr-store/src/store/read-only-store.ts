// A view of a store that cannot write.

import type { KeyValueStore, ReadableStore } from "./key-value-store.ts";

/** The operations of a store that only read. */
export type ReadOnlyStore = Pick<
  KeyValueStore,
  "location" | "isArchive" | "get" | "getRange" | "list" | "stat" | "statsBelow" | "visitBelow"
>;

/**
 * Returns a store without the operations that write, so that code given this cannot change anything.
 *
 * @example
 * const dataset = await openDataset(readOnlyStore(store), { mode: "r" });
 */
export function readOnlyStore(store: KeyValueStore): ReadOnlyStore {
  return {
    location: store.location,
    ...(store.isArchive && { isArchive: true }),
    get: (key, options) => store.get(key, options),
    getRange: (key, range, options) => store.getRange(key, range, options),
    list: (prefix, options) => store.list(prefix, options),
    stat: (key) => store.stat(key),
  };
}

/** Whether a store can list its files; one over HTTP cannot. */
export function isListableStore(store: ReadableStore): store is ReadOnlyStore {
  return "list" in store && "stat" in store;
}
