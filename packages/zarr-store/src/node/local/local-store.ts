// A folder on disk as a store.

import { constants } from "node:fs";
import * as fsPromises from "node:fs/promises";
import { join, resolve } from "node:path";
import { ZarrStoreError } from "../../errors.ts";
import type { ReadOptions } from "../../runtime/read-options.ts";
import { runBounded } from "../../runtime/run-bounded.ts";
import { throwIfAborted } from "../../runtime/throw-if-aborted.ts";
import type {
  ByteRange,
  GetOptions,
  KeyValueStore,
  MoveOutcome,
  PutNewOptions,
  RemoveOutcome,
  StoreEntry,
  StoreStat,
} from "../../store/key-value-store.ts";
import { assertRange } from "../../store/memory-store.ts";
import { parentKey, parseStoreKey, type StoreKey } from "../../store/store-key.ts";
import { assertReadable } from "../../store/unreadable.ts";
import { type BlockingFiles, blockingFiles } from "./blocking-files.ts";
import { DirectoryJail } from "./directory-jail.ts";
import { errnoOf, isPerhapsWithoutHardLinks, isWithoutHardLinks, noHardLinks, noSource } from "./errno.ts";
import { linkedFile, openFollowing, whyNotWritten } from "./link-tree.ts";
import { mountedFileSystem } from "./mounted-file-system.ts";
import { readBytes, readExpected } from "./read-bytes.ts";
import { statsBelowIn, visitBelowIn } from "./stats-below-in.ts";
import { kindOf, storeStatOf, whetherInodesLast } from "./store-stat-of.ts";
import { createFile, writeAndClose } from "./write-file.ts";

/** The file system calls that a local store makes. Tests let each of them fail in turn. */
export type FileSystem = Pick<
  typeof fsPromises,
  "open" | "mkdir" | "rename" | "link" | "unlink" | "rmdir" | "readdir" | "lstat" | "realpath"
>;

export interface LocalStoreOptions {
  /** Default: Node's. Calls for one file are then made by {@link blockingFiles}, the others in Node's thread pool. */
  readonly fileSystem?: FileSystem;
  /** The number of files that are flushed at once. Default 16. */
  readonly syncConcurrency?: number;
}

/**
 * A change of a local disk takes longer than a read from its cache. Reads that wait gain from the pool's four threads sooner.
 */
const SLOW_CHANGE_MS = 2;
const SLOW_READ_MS = 0.5;
/** A bound against a directory that others keep removing. One round is normal, two are rare. */
const MAX_ROUNDS = 100;

/**
 * Makes a store of a folder, which need not exist. Keys cannot leave it: {@link parseStoreKey} checks each of them, and
 * a symbolic link to outside is refused, for reading and writing.
 *
 * @example
 * const dataset = await openDataset(localStore("/data/lab.zarr"), { runtime: nodeRuntime() });
 */
export function localStore(root: string, options: LocalStoreOptions = {}): KeyValueStore {
  return new LocalStore(root, options);
}

class LocalStore implements KeyValueStore {
  readonly location: string;
  readonly folder: string | undefined;
  readonly statsBelow: KeyValueStore["statsBelow"];
  readonly visitBelow: KeyValueStore["visitBelow"];
  readonly #fs: FileSystem;
  readonly #changes: BlockingFiles;
  readonly #reads: BlockingFiles;
  readonly #syncConcurrency: number;
  readonly #jail: DirectoryJail;
  readonly #jailOfReads: DirectoryJail;
  readonly #inodesLast: () => Promise<boolean>;

  constructor(root: string, { fileSystem, syncConcurrency = 16 }: LocalStoreOptions) {
    this.location = resolve(root);
    this.folder = fileSystem === undefined ? this.location : undefined;
    this.#fs = fileSystem ?? fsPromises;
    this.#syncConcurrency = syncConcurrency;
    this.#changes = fileSystem ?? blockingFiles({ slowCallMs: SLOW_CHANGE_MS });
    this.#reads = fileSystem ?? blockingFiles({ slowCallMs: SLOW_READ_MS });
    this.#inodesLast = whetherInodesLast(this.location);
    this.#jail = new DirectoryJail(this.location, this.#changes);
    this.#jailOfReads = new DirectoryJail(this.location, this.#reads);
    this.statsBelow = statsBelowIn(this.location, this.#reads, this.#jailOfReads, this.#inodesLast);
    this.visitBelow = visitBelowIn(this.location, this.#reads, this.#jailOfReads);
  }

  async get(key: StoreKey, options: GetOptions = {}): Promise<Uint8Array<ArrayBuffer> | undefined> {
    return this.#read(key, undefined, options);
  }

  async getRange(
    key: StoreKey,
    range: ByteRange,
    options: ReadOptions = {},
  ): Promise<Uint8Array<ArrayBuffer> | undefined> {
    return this.#read(key, range, options);
  }

  async list(prefix: StoreKey | "", options: ReadOptions = {}): Promise<readonly StoreEntry[]> {
    throwIfAborted(options.signal);
    return this.#absentAs([], "list", prefix, async (path) => {
      if (prefix !== "") {
        await this.#jailOfReads.assertInside(prefix);
      }
      const entries = await this.#fs.readdir(path, { withFileTypes: true });
      return entries
        .map((entry) => ({ name: entry.name, kind: kindOf(entry) }))
        .sort((a, b) => (a.name < b.name ? -1 : 1));
    });
  }

  async stat(key: StoreKey | ""): Promise<StoreStat | undefined> {
    return this.#absentAs(undefined, "stat", key, async (path) => {
      if (key !== "") {
        await this.#jailOfReads.assertParentInside(key);
      }
      const stats = await this.#reads.lstat(path, { bigint: true });
      const linked = stats.isSymbolicLink() ? await linkedFile(path, key) : undefined;
      return storeStatOf(
        linked === undefined ? stats : await this.#reads.lstat(linked, { bigint: true }),
        await this.#inodesLast(),
      );
    });
  }

  async put(key: StoreKey, bytes: Uint8Array): Promise<void> {
    await this.#io("write", key, (path) =>
      this.#inDirectory(key, async () => {
        const file = await this.#changes.open(path, CREATE | constants.O_TRUNC, 0o666);
        await writeAndClose(file, bytes);
      }),
    );
  }

  async putNew(key: StoreKey, from: StoreKey, options: PutNewOptions = {}): Promise<boolean> {
    return this.#io("link", key, (path) =>
      this.#inDirectory(key, async () => {
        try {
          await this.#jail.assertParentInside(from);
          await this.#changes.link(this.#path(from), path);
          return true;
        } catch (error) {
          if (errnoOf(error) === "EEXIST") {
            return false;
          }
          if (errnoOf(error) === "ENOENT" && (await this.stat(from)) === undefined) {
            throw noSource(key, from);
          }
          if (options.atomic === true) {
            throw isWithoutHardLinks(error) ? noHardLinks(path, error) : error;
          }
          if (!isPerhapsWithoutHardLinks(error)) {
            throw error;
          }
          return this.#copyNew(key, from);
        }
      }),
    );
  }

  async makeDirectory(key: StoreKey): Promise<boolean> {
    return this.#io("make directory", key, (path) =>
      this.#inDirectory(key, async () => {
        try {
          await this.#changes.mkdir(path);
          return true;
        } catch (error) {
          if (errnoOf(error) !== "EEXIST") {
            throw error;
          }
          const kind = (await this.stat(key))?.kind;
          if (kind !== undefined && kind !== "directory") {
            throw error;
          }
          return false;
        }
      }),
    );
  }

  async move(from: StoreKey, to: StoreKey): Promise<MoveOutcome> {
    return this.#io("move", to, async (path) => {
      try {
        await this.#jail.assertParentInside(from);
        await this.#jail.assertParentInside(to);
        await this.#changes.rename(this.#path(from), path);
        return "moved";
      } catch (error) {
        switch (errnoOf(error)) {
          case "ENOENT":
            return (await this.stat(from)) === undefined ? "absent" : "no_parent";
          case "ENOTEMPTY":
          case "EEXIST":
          case "EISDIR":
            return "blocked";
          case "ENOTDIR":
            return (await this.stat(from)) === undefined ? "absent" : "blocked";
          default:
            throw error;
        }
      }
    });
  }

  async remove(key: StoreKey): Promise<RemoveOutcome> {
    return this.#absentAs("absent", "remove", key, async (path) => {
      try {
        await this.#jail.assertParentInside(key);
        await this.#changes.unlink(path);
        return "removed";
      } catch (error) {
        const isDirectory =
          errnoOf(error) === "EISDIR" ||
          (errnoOf(error) === "EPERM" && (await this.stat(key))?.kind === "directory");
        if (!isDirectory) {
          throw error;
        }
      }
      return this.#removeDirectory(path);
    });
  }

  async sync(keys: readonly (StoreKey | "")[]): Promise<void> {
    const look = this.#jail.lookOnce();
    await runBounded(keys, (key) => this.#syncOne(key, look), { concurrency: this.#syncConcurrency });
  }

  async whyReadOnly(key: StoreKey): Promise<string | undefined> {
    return whyNotWritten(this.#path(key));
  }

  async fileSystemName(): Promise<string | undefined> {
    return mountedFileSystem(this.location);
  }

  async #removeDirectory(path: string): Promise<RemoveOutcome> {
    try {
      await this.#changes.rmdir(path);
      return "removed";
    } catch (error) {
      if (errnoOf(error) === "ENOTEMPTY" || errnoOf(error) === "EEXIST") {
        return "not_empty";
      }
      throw error;
    }
  }

  async #syncOne(key: StoreKey | "", assertParentInside: (key: StoreKey) => Promise<void>): Promise<void> {
    await this.#absentAs(undefined, "sync", key, async (path) => {
      if (key !== "") {
        await assertParentInside(key);
      }
      const file = await this.#changes.open(path, READ);
      try {
        await file.sync();
      } catch (error) {
        if (!CANNOT_SYNC.has(errnoOf(error))) {
          throw error;
        }
      } finally {
        await file.close();
      }
    });
  }

  /** Runs `write`. As often as it fails with ENOENT, makes the directory of `key` and runs it again. */
  async #inDirectory<T>(key: StoreKey, write: () => Promise<T>): Promise<T> {
    for (let round = 1; ; round++) {
      try {
        await this.#jail.assertParentInside(key);
        return await write();
      } catch (error) {
        if (errnoOf(error) !== "ENOENT" || round >= MAX_ROUNDS) {
          throw error;
        }
      }
      await this.#makeDirectories(parentKey(key));
    }
  }

  async #makeDirectories(directory: StoreKey | undefined): Promise<void> {
    const missing = directory && (await this.#jail.assertNearestInside(directory));
    try {
      await this.#changes.mkdir(this.#path(directory ?? ""), { recursive: true });
    } catch (error) {
      if (errnoOf(error) !== "ENOENT" || missing === undefined) {
        throw error;
      }
      // For several levels, Node reports ENOENT whatever failed first, for example EROFS on a read-only file system.
      await this.#changes.mkdir(this.#path(missing)).catch((cause: unknown) => {
        // Another process makes it or removes its parent: the caller tries again.
        if (errnoOf(cause) !== "EEXIST" && errnoOf(cause) !== "ENOENT") {
          throw cause;
        }
      });
    }
  }

  /** Put-if-absent without hard links. A crash may leave it half done, so the caller holds the writer lock. */
  async #copyNew(key: StoreKey, from: StoreKey): Promise<boolean> {
    const bytes = await this.get(from);
    if (bytes === undefined) {
      throw noSource(key, from);
    }
    const isNew = await createFile(this.#changes, this.#path(key), bytes);
    await this.sync(isNew ? [key] : []);
    return isNew;
  }

  async #read(
    key: StoreKey,
    range: ByteRange | undefined,
    options: GetOptions,
  ): Promise<Uint8Array<ArrayBuffer> | undefined> {
    throwIfAborted(options.signal);
    return this.#absentAs(undefined, "read", key, async (path) => {
      // What is absent is the common answer, and needs no look at where the folder is. Nothing is read before that look.
      const file = await openFollowing(this.#reads, path, key, READ);
      try {
        await this.#jailOfReads.assertParentInside(key);
        const expected = await readExpected(file, options.expectedBytes ?? 0);
        if (expected !== undefined) {
          return expected;
        }
        const stats = await file.stat();
        if (!stats.isFile()) {
          return undefined;
        }
        if (range !== undefined) {
          assertRange(key, range, stats.size);
        }
        assertReadable(key, range?.length ?? stats.size);
        const bytes = await readBytes(file, range ?? { offset: 0, length: stats.size }, options.allocate);
        if (range !== undefined && bytes.length < range.length) {
          throw new ZarrStoreError("io", `${path} became shorter while it was read`, { path: key });
        }
        return bytes;
      } finally {
        await file.close();
      }
    });
  }

  #path(key: StoreKey | ""): string {
    return key === "" ? this.location : join(this.location, parseStoreKey(key));
  }

  async #absentAs<T>(
    absent: T,
    verb: string,
    key: StoreKey | "",
    run: (path: string) => Promise<T>,
  ): Promise<T> {
    return this.#io(verb, key, async (path) => {
      try {
        return await run(path);
      } catch (error) {
        if (errnoOf(error) === "ENOENT" || errnoOf(error) === "ENOTDIR") {
          return absent;
        }
        throw error;
      }
    });
  }

  async #io<T>(verb: string, key: StoreKey | "", run: (path: string) => Promise<T>): Promise<T> {
    const path = this.#path(key);
    try {
      return await run(path);
    } catch (error) {
      const errno = errnoOf(error);
      if (errno === undefined) {
        throw error;
      }
      if (errno === "ELOOP") {
        throw new ZarrStoreError("invalid_name", `cannot ${verb} ${path}: it is a symbolic link`, {
          path: key,
          cause: error,
        });
      }
      throw new ZarrStoreError("io", `cannot ${verb} ${path}: ${errno}`, {
        path: key,
        found: errno,
        cause: error,
      });
    }
  }
}

// Without O_NONBLOCK, opening a named pipe never returns.
const READ = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
const CREATE = constants.O_WRONLY | constants.O_CREAT | constants.O_NOFOLLOW | constants.O_NONBLOCK;
/** Errors of a file system that cannot flush this kind of file. */
const CANNOT_SYNC: ReadonlySet<string | undefined> = new Set(["EINVAL", "ENOTSUP", "EOPNOTSUPP", "ENOSYS"]);
