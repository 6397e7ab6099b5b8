// Passes every call of a store through a function: the base of the counting and the faulty store.

import type { KeyValueStore } from "../store/key-value-store.ts";

/** The name of a method of a store. */
export type StoreMethod = Exclude<keyof KeyValueStore, "location" | "folder" | "fileSystemName">;

/** A call of a store, as an interceptor sees it. */
export interface StoreCall {
  readonly method: StoreMethod;
  /** The keys in the call, as given. */
  readonly keys: readonly string[];
  /** The bytes that a `put` writes. */
  readonly bytes?: Uint8Array;
}

/** Runs a call of a store with `run`, or does something else instead. */
export type Interceptor = <T>(call: StoreCall, run: () => Promise<T>) => Promise<T>;

/** Wraps a store so that every call goes through `intercept`. */
export function interceptStore(store: KeyValueStore, intercept: Interceptor): KeyValueStore {
  const call = <T>(method: StoreMethod, keys: readonly string[], run: () => Promise<T>): Promise<T> =>
    intercept({ method, keys }, run);
  return {
    location: store.location,
    ...(store.fileSystemName && {
      fileSystemName: () => store.fileSystemName?.() ?? Promise.resolve(undefined),
    }),
    get: (key, options) => call("get", [key], () => store.get(key, options)),
    getRange: (key, range, options) => call("getRange", [key], () => store.getRange(key, range, options)),
    list: (prefix, options) => call("list", [prefix], () => store.list(prefix, options)),
    stat: (key) => call("stat", [key], () => store.stat(key)),
    put: (key, bytes) => intercept({ method: "put", keys: [key], bytes }, () => store.put(key, bytes)),
    putNew: (key, from, options) => call("putNew", [key, from], () => store.putNew(key, from, options)),
    makeDirectory: (key) => call("makeDirectory", [key], () => store.makeDirectory(key)),
    move: (from, to) => call("move", [from, to], () => store.move(from, to)),
    remove: (key) => call("remove", [key], () => store.remove(key)),
    sync: (keys) => call("sync", keys, () => store.sync(keys)),
  };
}
