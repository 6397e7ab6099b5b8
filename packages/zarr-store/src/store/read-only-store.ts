import type { KeyValueStore, ReadableStore } from "./key-value-store.ts";

/** What a store has for reading. */
export type ReadOnlyStore = Pick<KeyValueStore, "location" | "get" | "getRange" | "list" | "stat">;

/**
 * A store without its half that writes: what is given this cannot change anything, by mistake or otherwise.
 *
 * @example
 * const dataset = await openDataset(readOnlyStore(store), { mode: "r" });
 */
export function readOnlyStore(store: KeyValueStore): ReadOnlyStore {
  return {
    location: store.location,
    get: (key, options) => store.get(key, options),
    getRange: (key, range, options) => store.getRange(key, range, options),
    list: (prefix, options) => store.list(prefix, options),
    stat: (key) => store.stat(key),
  };
}

/** Whether a store tells what it holds; one over HTTP does not. */
export function isListableStore(store: ReadableStore): store is ReadOnlyStore {
  return "list" in store && "stat" in store;
}
