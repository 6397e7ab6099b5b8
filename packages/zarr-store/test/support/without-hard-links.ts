import * as fsPromises from "node:fs/promises";
import { ZarrStoreError } from "../../src/errors.ts";
import { type FileSystem, localStore } from "../../src/node/local/local-store.ts";
import type { KeyValueStore } from "../../src/store/key-value-store.ts";
import { joinKey } from "../../src/store/store-key.ts";
import { interceptStore } from "../../src/testing/index.ts";

/** A folder on a file system that says EPERM to every link, as exFAT does. */
export function localStoreWithoutLinks(root: string, fileSystem: Partial<FileSystem> = {}): KeyValueStore {
  const link = (): Promise<never> =>
    Promise.reject(Object.assign(new Error("EPERM"), { code: "EPERM", errno: -1 }));
  return localStore(root, { fileSystem: { ...fsPromises, link, ...fileSystem } });
}

/** The same of a store in memory: a put-if-absent is a copy, and none where that is not enough. */
export function withoutLinks(store: KeyValueStore): KeyValueStore {
  let copies = 0;
  return {
    ...interceptStore(store, (_call, run) => run()),
    putNew: async (key, from, options) => {
      if (options?.atomic === true) {
        throw new ZarrStoreError("not_supported", `cannot link ${key}: EPERM`, { path: key, found: "EPERM" });
      }
      const bytes = await store.get(from);
      if (bytes === undefined) {
        throw new ZarrStoreError("not_found", `cannot copy ${from}: no such file`, { path: from });
      }
      const copy = joinKey(`copy-${++copies}`);
      await store.put(copy, bytes);
      try {
        return await store.putNew(key, copy);
      } finally {
        await store.remove(copy);
      }
    },
  };
}
