import type { ReadableStore } from "./key-value-store.ts";
import type { ReadOnlyStore } from "./read-only-store.ts";

/**
 * Lets a store that cannot tell what it holds, one over HTTP, be asked like one that can: it lists nothing, and the
 * size of a file is found by reading it.
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
