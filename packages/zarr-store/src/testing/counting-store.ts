// A store for tests that counts calls, bytes and flushes.

import type { KeyValueStore } from "../store/key-value-store.ts";
import { interceptStore, type StoreMethod } from "./intercepted-store.ts";

/** The calls and bytes since counting began, or since the last `take()`. */
export interface StoreCounts {
  readonly calls: number;
  readonly byMethod: Readonly<Partial<Record<StoreMethod, number>>>;
  /** Files and directories flushed; one `sync` call may flush many. */
  readonly synced: number;
  readonly bytesRead: number;
  readonly bytesWritten: number;
}

/** A store together with its counters. */
export interface CountingStore {
  readonly store: KeyValueStore;
  /** Returns the counts so far and resets them to zero. */
  take(): StoreCounts;
}

/** Wraps a store so that the calls and bytes that reach it are counted. */
export function countingStore(store: KeyValueStore): CountingStore {
  let byMethod: Partial<Record<StoreMethod, number>> = {};
  let synced = 0;
  let bytesRead = 0;
  let bytesWritten = 0;
  const counted = interceptStore(store, async ({ method, keys, bytes }, run) => {
    byMethod[method] = (byMethod[method] ?? 0) + 1;
    synced += method === "sync" ? keys.length : 0;
    bytesWritten += bytes?.length ?? 0;
    const result = await run();
    bytesRead += result instanceof Uint8Array ? result.length : 0;
    return result;
  });
  return {
    store: counted,
    take: () => {
      const calls = Object.values(byMethod).reduce((sum, count) => sum + count, 0);
      const counts = { calls, byMethod, synced, bytesRead, bytesWritten };
      byMethod = {};
      synced = 0;
      bytesRead = 0;
      bytesWritten = 0;
      return counts;
    },
  };
}
