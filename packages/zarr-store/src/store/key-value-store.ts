// The interface of a store: bytes by key, with the few operations that a commit needs.

import type { ReadOptions } from "../runtime/read-options.ts";
import type { StoreKey } from "./store-key.ts";

/** An entry directly below a prefix. */
export interface StoreEntry {
  readonly name: string;
  readonly kind: "file" | "directory" | "other";
}

export interface StoreStat {
  readonly kind: "file" | "directory" | "other";
  readonly sizeBytes: number;
  /**
   * The modification time in milliseconds since 1970, by the store's own clock; compare it only with that clock. A
   * directory's time changes when a name in it is added or removed.
   */
  readonly mtimeMs: number;
  /** {@link mtimeMs} in nanoseconds, as exactly as the store has it. Not every store says it. */
  readonly mtimeNs?: bigint | undefined;
  /** When the bytes, the name or the rights changed last, in nanoseconds since 1970 by the store's own clock. */
  readonly ctimeNs?: bigint | undefined;
  /** The number of the file on its device, where it stays the same as long as the file exists. */
  readonly inode?: bigint | undefined;
  /** Files can be moved only between keys on the same device. */
  readonly device: string;
}

export interface ByteRange {
  readonly offset: number;
  readonly length: number;
}

/**
 * The outcome of a move:
 * - `moved`: the file is at the target now.
 * - `absent`: nothing is at the source (any more).
 * - `no_parent`: the target's directory does not exist.
 * - `blocked`: a move does not replace what is at the target, or on the way to it.
 */
export type MoveOutcome = "moved" | "absent" | "no_parent" | "blocked";

export type RemoveOutcome = "removed" | "absent" | "not_empty";

export interface GetOptions extends ReadOptions {
  /**
   * The expected length in bytes, which lets a store read the value in one request. The value may be shorter or longer.
   */
  readonly expectedBytes?: number | undefined;
  /** Gives memory for so many bytes, in which the value may lie: not all of its buffer is then the value's. */
  readonly allocate?: ((sizeBytes: number) => Uint8Array<ArrayBuffer>) | undefined;
}

/** Bytes by key, for reading. This is all that is needed to read a dataset over HTTP. */
export interface ReadableStore {
  /** The name of this store in messages: a path or a URL. */
  readonly location: string;
  /** Whether this is one file that holds a folder, such as a zip file: it has what its maker chose, and no more. */
  readonly isArchive?: boolean | undefined;
  /**
   * Returns the whole value in a new array of exactly its length, or in the memory of the options; undefined if the file does not
   * exist.
   */
  get(key: StoreKey, options?: GetOptions): Promise<Uint8Array<ArrayBuffer> | undefined>;
  /**
   * Returns exactly `length` bytes from `offset`; undefined if the file does not exist. A range beyond the end of the
   * value is `invalid_argument`.
   */
  getRange(
    key: StoreKey,
    range: ByteRange,
    options?: ReadOptions,
  ): Promise<Uint8Array<ArrayBuffer> | undefined>;
}

export interface PutNewOptions {
  /**
   * Refuse, as `not_supported`, where the store could only copy the file: a copy that a crash cuts short is there as well.
   * Default false.
   */
  readonly atomic?: boolean;
}

/**
 * Bytes by key, for writing: the operations of a file system that a commit needs. `@kym/zarr-store/testing` has a
 * contract suite for implementations.
 *
 * Errors of the medium are `io`. A key whose parent is a file is absent, not an error.
 */
export interface KeyValueStore extends ReadableStore {
  /**
   * The folder of the local file system in which the values are files at their keys, so that another thread can write there as
   * well. Undefined for any other store, and for one whose calls must all pass through it.
   */
  readonly folder?: string | undefined;
  /** Lists the names directly below a directory (`""` is the root), sorted by code unit; empty if it does not exist. */
  list(prefix: StoreKey | "", options?: ReadOptions): Promise<readonly StoreEntry[]>;
  stat(key: StoreKey | ""): Promise<StoreStat | undefined>;
  /**
   * All files below a folder, at any depth, by their keys below it; links are left out. Optional: it says no more than
   * {@link list} and {@link stat} do, in less time.
   */
  readonly statsBelow?:
    | ((folder: StoreKey, options?: ReadOptions) => Promise<ReadonlyMap<string, StoreStat>>)
    | undefined;
  /**
   * The same at once and file by file, without what few need of them. Optional. False if that did not succeed, or if others have to
   * have their turn first: then what was visited counts for nothing, and {@link statsBelow} says it.
   */
  readonly visitBelow?:
    | ((
        folder: StoreKey,
        visit: (key: string, file: Pick<StoreStat, "kind" | "sizeBytes" | "mtimeNs">) => void,
      ) => boolean)
    | undefined;
  /** Writes a value that nobody else reads yet, and makes its directories. A crash may leave it torn. */
  put(key: StoreKey, bytes: Uint8Array): Promise<void>;
  /**
   * Gives the complete, synced file at `from` the second name `key` (put-if-absent). Returns false, and replaces
   * nothing, if `key` is taken. Commits depend on this.
   *
   * @throws {ZarrStoreError} `not_found` if nothing is at `from` (any more)
   */
  putNew(key: StoreKey, from: StoreKey, options?: PutNewOptions): Promise<boolean>;
  /** Makes a directory and its parents; returns false if it already existed. Atomic for the last one. */
  makeDirectory(key: StoreKey): Promise<boolean>;
  /**
   * Renames a file or a directory, atomically. A file may replace a file, a directory only an empty directory. Do not
   * move two names of one file (see `putNew`) onto each other: POSIX then keeps both.
   */
  move(from: StoreKey, to: StoreKey): Promise<MoveOutcome>;
  /** Removes a file or an empty directory. */
  remove(key: StoreKey): Promise<RemoveOutcome>;
  /**
   * The type of the file system as the operating system calls it, such as `ext4` or `fuse.mergerfs`; undefined where it is
   * unknown. It tells of places where two writers can both win although a try shows nothing.
   */
  fileSystemName?(): Promise<string | undefined>;
  /**
   * Why the files of this store are not written, if the one at a key shows it: it is a link to content that another program
   * manages, such as git-annex. In words that follow "is".
   */
  whyReadOnly?(key: StoreKey): Promise<string | undefined>;
  /** Waits until these files and directories (`""` is the root) would survive a power cut. Missing ones are skipped. */
  sync(keys: readonly (StoreKey | "")[]): Promise<void>;
}

export function isWritableStore(store: ReadableStore): store is KeyValueStore {
  return "putNew" in store && "move" in store;
}
