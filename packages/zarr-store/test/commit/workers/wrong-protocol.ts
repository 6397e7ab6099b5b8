import {
  COMMITS,
  pathOfStaged,
  STAGING,
  stagingEntryKind,
} from "../../../src/commit/records/control-keys.ts";
import type { KeyValueStore } from "../../../src/store/key-value-store.ts";
import { joinKey, type StoreKey } from "../../../src/store/store-key.ts";
import { interceptStore } from "../../../src/testing/index.ts";

/**
 * Protocols that lose data, so that the tests can show that they would find it.
 * - `rename`: the record of a commit is renamed to its version instead of linked, over whatever is there.
 * - `in-place`: new files are written straight to their paths, before the commit.
 * - `naive-deletion`: what is at the path is removed, without a look at what it was.
 */
export type WrongProtocol = "rename" | "in-place" | "naive-deletion";

/** A store in whose hands the engine does it wrong. */
export function wrongStore(store: KeyValueStore, protocol: WrongProtocol): KeyValueStore {
  const right = interceptStore(store, (_call, run) => run());
  switch (protocol) {
    case "rename":
      return {
        ...right,
        putNew: async (key, from) =>
          key.startsWith(`${COMMITS}/`) ? (await store.move(from, key)) === "moved" : store.putNew(key, from),
      };
    case "naive-deletion":
      return {
        ...right,
        move: async (from, to) => {
          if (!to.startsWith(`${STAGING}/aside-`)) {
            return store.move(from, to);
          }
          await store.remove(from);
          return "absent";
        },
      };
    case "in-place":
      return inPlaceStore(store, right);
  }
}

function inPlaceStore(store: KeyValueStore, right: KeyValueStore): KeyValueStore {
  /** What was at the paths before, so that the engine does not take its own bytes for an edit from outside. */
  const before = new Map<string, Uint8Array<ArrayBuffer> | undefined>();
  return {
    ...right,
    put: async (key, bytes) => {
      const path = pathOfObject(key);
      if (path === undefined) {
        return store.put(key, bytes);
      }
      if (!before.has(path)) {
        before.set(path, await store.get(path));
      }
      return store.put(path, bytes);
    },
    get: async (key, options) =>
      before.has(key) ? before.get(key) : store.get(pathOfObject(key) ?? key, options),
    putNew: async (key, from) => {
      const isLinked = await store.putNew(key, from);
      if (isLinked && key.startsWith(`${COMMITS}/`)) {
        before.clear();
      }
      return isLinked;
    },
  };
}

/** The path of the object whose staged file this is. */
function pathOfObject(key: StoreKey): StoreKey | undefined {
  const [top, name = "", ...file] = key.split("/");
  const path = pathOfStaged(file.join("/"));
  const isObject = path !== "" && !path.startsWith("__");
  return top === STAGING && isObject && stagingEntryKind(name) === "transaction" ? joinKey(path) : undefined;
}
