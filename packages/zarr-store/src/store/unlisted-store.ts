// Lets a check run on a store that cannot list its files.

import type { ReadableStore } from "./key-value-store.ts";
import type { ReadOnlyStore } from "./read-only-store.ts";

/**
 * Gives a store over HTTP the operations of a listable one. Every listing is empty, and a file's size is found by
 * reading the file.
 */
export function unlistedStore(store: ReadableStore): ReadOnlyStore {
  return {
    location: store.location,
    get: (key, options) => store.get(key, options),
    getRange: (key, range, options) => store.getRange(key, range, options),
    list: () => Promise.resolve([]),
    stat: async (key) => {
      const bytes = key === "" ? undefined : await store.get(key);
      return bytes && { kind: "file", sizeBytes: bytes.length, mtimeMs: 0, device: store.location };
    },
  };
}
