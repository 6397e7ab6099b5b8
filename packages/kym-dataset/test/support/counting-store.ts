import type { KeyValueStore, StoreKey } from "@kym/zarr-store";

/** A store that remembers which keys were read. */
export interface CountingStore {
  readonly store: KeyValueStore;
  /** Every `get` and `getRange` since the last call, in order. */
  takeReads(): readonly StoreKey[];
}

export function countReads(inner: KeyValueStore): CountingStore {
  let reads: StoreKey[] = [];
  const note = (key: StoreKey): StoreKey => {
    reads.push(key);
    return key;
  };
  return {
    store: {
      location: inner.location,
      get: (key, options) => inner.get(note(key), options),
      getRange: (key, range, options) => inner.getRange(note(key), range, options),
      list: (prefix, options) => inner.list(prefix, options),
      stat: (key) => inner.stat(key),
      put: (key, bytes) => inner.put(key, bytes),
      putNew: (key, from) => inner.putNew(key, from),
      makeDirectory: (key) => inner.makeDirectory(key),
      move: (from, to) => inner.move(from, to),
      remove: (key) => inner.remove(key),
      sync: (keys) => inner.sync(keys),
    },
    takeReads: () => {
      const taken = reads;
      reads = [];
      return taken;
    },
  };
}
