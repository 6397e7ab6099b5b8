import type { ReadOptions } from "../runtime/read-options.ts";
import type { StoreKey } from "./store-key.ts";

/** A name directly below a prefix. */
export interface StoreEntry {
  readonly name: string;
  readonly kind: "file" | "directory" | "other";
}

export interface StoreStat {
  readonly kind: "file" | "directory" | "other";
  readonly sizeBytes: number;
  /** By the store's own clock, which alone is compared with itself. A directory's changes with the names in it. */
  readonly mtimeMs: number;
  /** Keys with the same device can be moved onto each other. */
  readonly device: string;
}

export interface ByteRange {
  readonly offset: number;
  readonly length: number;
}

/**
 * What became of a move.
 * - `moved`: it is there now.
 * - `absent`: there is nothing (any more) at the source.
 * - `no_parent`: the target's directory is not there.
 * - `blocked`: something stands at the target, or in its path, that a move does not replace.
 */
export type MoveOutcome = "moved" | "absent" | "no_parent" | "blocked";

export type RemoveOutcome = "removed" | "absent" | "not_empty";

export interface GetOptions extends ReadOptions {
  /** How long the value is expected to be: a store may ask for so much at once. It is no promise, and no bound. */
  readonly expectedBytes?: number | undefined;
}

/** Bytes by key, for reading. All that a dataset needs to be read over HTTP. */
export interface ReadableStore {
  /** What people call this store in messages: a path, a URL. */
  readonly location: string;
  /** The whole value in a fresh array of exactly its length; undefined if there is no such file. */
  get(key: StoreKey, options?: GetOptions): Promise<Uint8Array<ArrayBuffer> | undefined>;
  /** Exactly `length` bytes from `offset`; a range that the value does not have is `invalid_argument`. */
  getRange(
    key: StoreKey,
    range: ByteRange,
    options?: ReadOptions,
  ): Promise<Uint8Array<ArrayBuffer> | undefined>;
}

/**
 * Bytes by key, for writing: what a file system offers, named by what a commit needs of it.
 * Errors of the medium are `io`; a key through something that is no directory is absent, not an error.
 */
export interface KeyValueStore extends ReadableStore {
  /** The names directly below a directory, sorted by code unit; none if it is not there. `""` is the root. */
  list(prefix: StoreKey | "", options?: ReadOptions): Promise<readonly StoreEntry[]>;
  stat(key: StoreKey | ""): Promise<StoreStat | undefined>;
  /** Writes a value that nobody else reads yet, making its directories. It may be torn by a crash. */
  put(key: StoreKey, bytes: Uint8Array): Promise<void>;
  /**
   * Gives the complete, synced file at `from` the second name `key`, if nothing has that name: put-if-absent.
   * It returns false if something has; it never replaces. Nothing at `from` (any more) is `not_found`.
   */
  putNew(key: StoreKey, from: StoreKey): Promise<boolean>;
  /** Makes a directory, and those above it; returns false if it was there already. Atomic for the last one. */
  makeDirectory(key: StoreKey): Promise<boolean>;
  /**
   * Renames a file, replacing a file, or a directory, replacing at most an empty one. Atomic. Two names of one file
   * (see `putNew`) are not to be moved onto each other: POSIX then leaves both.
   */
  move(from: StoreKey, to: StoreKey): Promise<MoveOutcome>;
  /** Removes a file or an empty directory. */
  remove(key: StoreKey): Promise<RemoveOutcome>;
  /** Returns when these files and directories (`""` is the root) would survive a power cut. Those gone are passed over. */
  sync(keys: readonly (StoreKey | "")[]): Promise<void>;
}

export function isWritableStore(store: ReadableStore): store is KeyValueStore {
  return "putNew" in store && "move" in store;
}
