// Counts the files that are read from a store.

import type { KeyValueStore } from "@kym/zarr-store";
import { interceptStore } from "@kym/zarr-store/testing";

export interface Reads {
  /** The number of different files that were read; `absent` counts those that do not exist. */
  readonly opened: number;
  readonly absent: number;
  readonly bytes: number;
}

/** Wraps a store and reports what was read since the last report. */
export function countReads(store: KeyValueStore): {
  readonly store: KeyValueStore;
  readonly take: () => Reads;
} {
  let opened = new Set<string>();
  let absent = new Set<string>();
  let bytes = 0;
  const counted = interceptStore(store, async ({ method, keys }, run) => {
    const result = await run();
    if (method === "get" || method === "getRange") {
      const isThere = result instanceof Uint8Array;
      for (const key of keys) {
        (isThere ? opened : absent).add(key);
      }
      bytes += isThere ? result.length : 0;
    }
    return result;
  });
  const take = (): Reads => {
    const reads = { opened: opened.size, absent: absent.size, bytes };
    opened = new Set();
    absent = new Set();
    bytes = 0;
    return reads;
  };
  return { store: counted, take };
}
