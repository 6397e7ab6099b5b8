import type { KeyValueStore } from "../store/key-value-store.ts";
import { interceptStore, type StoreMethod } from "./intercepted-store.ts";

/** What was asked of a store since the counting began, or was last taken. */
export interface StoreCounts {
  readonly calls: number;
  readonly byMethod: Readonly<Partial<Record<StoreMethod, number>>>;
  /** Files and directories flushed, which one `sync` may have many of. */
  readonly synced: number;
  readonly bytesRead: number;
  readonly bytesWritten: number;
}

export interface CountingStore {
  readonly store: KeyValueStore;
  /** The counts so far; they begin again from zero. */
  take(): StoreCounts;
}

/** Counts the calls and bytes that reach a store. */
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
