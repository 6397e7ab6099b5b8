import { constants } from "node:fs";
import * as fsPromises from "node:fs/promises";
import { dirname, join, resolve, sep } from "node:path";
import type { ReadOptions } from "../artifact/pixel-store.ts";
import { ZarrStoreError } from "../errors.ts";
import type {
  ByteRange,
  KeyValueStore,
  MoveOutcome,
  RemoveOutcome,
  StoreEntry,
  StoreStat,
} from "../store/key-value-store.ts";
import { assertRange } from "../store/memory-store.ts";
import { type StoreKey, parentKey, parseStoreKey } from "../store/store-key.ts";

/** The calls of the file system that a local store makes: tests fail each of them in turn. */
export type FileSystem = Pick<
  typeof fsPromises,
  "open" | "mkdir" | "rename" | "link" | "unlink" | "rmdir" | "readdir" | "lstat" | "realpath"
>;

export interface LocalStoreOptions {
  readonly fileSystem?: FileSystem;
  /** How many files are flushed at once. Default 16. */
  readonly syncConcurrency?: number;
}

/**
 * A folder as a store. No key leaves it: keys are checked by {@link parseStoreKey}, and a symbolic link inside that
 * points outside is refused.
 */
export function localStore(root: string, options: LocalStoreOptions = {}): KeyValueStore {
  return new LocalStore(root, options);
}

class LocalStore implements KeyValueStore {
  readonly location: string;
  readonly #fs: FileSystem;
  readonly #syncConcurrency: number;
  readonly #insideDirectories = new Set<string>();

  constructor(root: string, options: LocalStoreOptions) {
    this.location = resolve(root);
    this.#fs = options.fileSystem ?? fsPromises;
    this.#syncConcurrency = options.syncConcurrency ?? 16;
  }

  async get(key: StoreKey, options: ReadOptions = {}): Promise<Uint8Array<ArrayBuffer> | undefined> {
    return this.#read(key, undefined, options);
  }

  async getRange(
    key: StoreKey,
    range: ByteRange,
    options: ReadOptions = {},
  ): Promise<Uint8Array<ArrayBuffer> | undefined> {
    return this.#read(key, range, options);
  }

  async list(prefix: StoreKey | ""): Promise<readonly StoreEntry[]> {
    return this.#absentAs([], "list", prefix, async () => {
      const entries = await this.#fs.readdir(this.#path(prefix), { withFileTypes: true });
      return entries
        .map((entry) => ({ name: entry.name, kind: kindOf(entry) }))
        .sort((a, b) => (a.name < b.name ? -1 : 1));
    });
  }

  async stat(key: StoreKey | ""): Promise<StoreStat | undefined> {
    return this.#absentAs(undefined, "stat", key, async () => {
      const stats = await this.#fs.lstat(this.#path(key));
      return {
        kind: kindOf(stats),
        sizeBytes: stats.size,
        mtimeMs: stats.mtimeMs,
        device: String(stats.dev),
      };
    });
  }

  async put(key: StoreKey, bytes: Uint8Array): Promise<void> {
    await this.#io("write", key, async () => {
      await this.#writeTo(this.#path(key), bytes, constants.O_TRUNC).catch(async (error: unknown) => {
        if (errnoOf(error) !== "ENOENT") {
          throw error;
        }
        await this.#fs.mkdir(dirname(this.#path(key)), { recursive: true });
        await this.#writeTo(this.#path(key), bytes, constants.O_TRUNC);
      });
    });
  }

  async putNew(key: StoreKey, from: StoreKey): Promise<boolean> {
    return this.#io("link", key, async () => {
      await this.#fs.mkdir(dirname(this.#path(key)), { recursive: true });
      try {
        await this.#fs.link(this.#path(from), this.#path(key));
        return true;
      } catch (error) {
        if (errnoOf(error) === "EEXIST") {
          return false;
        }
        if (!NO_HARD_LINKS.has(errnoOf(error))) {
          throw error;
        }
        return this.#copyNew(key, from);
      }
    });
  }

  async makeDirectory(key: StoreKey): Promise<boolean> {
    return this.#io("make directory", key, async () => {
      try {
        await this.#fs.mkdir(this.#path(key));
        return true;
      } catch (error) {
        if (errnoOf(error) === "EEXIST") {
          const stats = await this.stat(key);
          if (stats !== undefined && stats.kind !== "directory") {
            throw error;
          }
          return false;
        }
        if (errnoOf(error) !== "ENOENT") {
          throw error;
        }
        await this.#fs.mkdir(dirname(this.#path(key)), { recursive: true });
        return this.makeDirectory(key);
      }
    });
  }

  async move(from: StoreKey, to: StoreKey): Promise<MoveOutcome> {
    return this.#io("move", to, async () => {
      try {
        await this.#assertInside(to);
        await this.#fs.rename(this.#path(from), this.#path(to));
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
    return this.#io("remove", key, async () => {
      try {
        await this.#fs.unlink(this.#path(key));
        return "removed";
      } catch (error) {
        if (isAbsent(error)) {
          return "absent";
        }
        if (!IS_DIRECTORY.has(errnoOf(error)) || (await this.stat(key))?.kind !== "directory") {
          throw error;
        }
      }
      return this.#removeDirectory(key);
    });
  }

  async sync(keys: readonly (StoreKey | "")[]): Promise<void> {
    const queue = [...keys];
    const flushNext = async (): Promise<void> => {
      for (let key = queue.pop(); key !== undefined; key = queue.pop()) {
        await this.#syncOne(key);
      }
    };
    await settleAll(Array.from({ length: Math.min(this.#syncConcurrency, keys.length) }, flushNext));
  }

  async #removeDirectory(key: StoreKey): Promise<RemoveOutcome> {
    try {
      await this.#fs.rmdir(this.#path(key));
      return "removed";
    } catch (error) {
      if (isAbsent(error)) {
        return "absent";
      }
      if (errnoOf(error) === "ENOTEMPTY" || errnoOf(error) === "EEXIST") {
        return "not_empty";
      }
      throw error;
    }
  }

  async #syncOne(key: StoreKey | ""): Promise<void> {
    await this.#absentAs(undefined, "sync", key, async () => {
      const file = await this.#fs.open(this.#path(key), constants.O_RDONLY);
      try {
        await file.sync();
      } finally {
        await file.close();
      }
    });
  }

  async #writeTo(path: string, bytes: Uint8Array, extraFlags: number): Promise<void> {
    const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_NOFOLLOW | extraFlags;
    const file = await this.#fs.open(path, flags, 0o666);
    try {
      let written = 0;
      while (written < bytes.length) {
        written += (await file.write(bytes, written, bytes.length - written)).bytesWritten;
      }
    } finally {
      await file.close();
    }
  }

  /** Put-if-absent where there are no hard links: not atomic in a crash, so the caller holds the writer lock. */
  async #copyNew(key: StoreKey, from: StoreKey): Promise<boolean> {
    const bytes = await this.get(from);
    if (bytes === undefined) {
      throw new ZarrStoreError("io", `cannot link ${from} to ${key}: no such file`, { path: from });
    }
    try {
      await this.#writeTo(this.#path(key), bytes, constants.O_EXCL);
    } catch (error) {
      if (errnoOf(error) === "EEXIST") {
        return false;
      }
      throw error;
    }
    await this.sync([key]);
    return true;
  }

  async #read(
    key: StoreKey,
    range: ByteRange | undefined,
    options: ReadOptions,
  ): Promise<Uint8Array<ArrayBuffer> | undefined> {
    options.signal?.throwIfAborted();
    return this.#absentAs(undefined, "read", key, async () => {
      await this.#assertInside(key);
      const file = await this.#fs.open(this.#path(key), constants.O_RDONLY | constants.O_NOFOLLOW);
      try {
        const stats = await file.stat();
        if (!stats.isFile()) {
          return undefined;
        }
        if (range !== undefined) {
          assertRange(key, range, stats.size);
        }
        const { offset, length } = range ?? { offset: 0, length: stats.size };
        const bytes = new Uint8Array(length);
        let filled = 0;
        while (filled < length) {
          const { bytesRead } = await file.read(bytes, filled, length - filled, offset + filled);
          if (bytesRead === 0) {
            if (range !== undefined) {
              throw new ZarrStoreError("io", `${this.#path(key)} became shorter while it was read`, { path: key });
            }
            return bytes.slice(0, filled);
          }
          filled += bytesRead;
        }
        return bytes;
      } finally {
        await file.close();
      }
    });
  }

  /** A directory whose real path is inside the root stays trusted for the life of this store. */
  async #assertInside(key: StoreKey): Promise<void> {
    const parent = parentKey(key);
    if (parent === undefined || this.#insideDirectories.has(parent)) {
      return;
    }
    const [root, real] = await Promise.all([
      this.#fs.realpath(this.location),
      this.#fs.realpath(this.#path(parent)),
    ]);
    if (real !== root && !real.startsWith(root.endsWith(sep) ? root : root + sep)) {
      throw new ZarrStoreError("invalid_name", `${key} leaves the store through a symbolic link to ${real}`, {
        path: key,
        found: real,
      });
    }
    if (this.#insideDirectories.size > 4096) {
      this.#insideDirectories.clear();
    }
    this.#insideDirectories.add(parent);
  }

  #path(key: StoreKey | ""): string {
    return key === "" ? this.location : join(this.location, parseStoreKey(key));
  }

  async #absentAs<T>(absent: T, verb: string, key: StoreKey | "", run: () => Promise<T>): Promise<T> {
    return this.#io(verb, key, async () => {
      try {
        return await run();
      } catch (error) {
        if (isAbsent(error)) {
          return absent;
        }
        throw error;
      }
    });
  }

  async #io<T>(verb: string, key: StoreKey | "", run: () => Promise<T>): Promise<T> {
    try {
      return await run();
    } catch (error) {
      const errno = errnoOf(error);
      if (errno === undefined) {
        throw error;
      }
      const where = this.#path(key);
      if (errno === "ELOOP") {
        throw new ZarrStoreError("invalid_name", `cannot ${verb} ${where}: it is a symbolic link`, {
          path: key,
          cause: error,
        });
      }
      throw new ZarrStoreError("io", `cannot ${verb} ${where}: ${errno}`, { path: key, found: errno, cause: error });
    }
  }
}

const NO_HARD_LINKS: ReadonlySet<string | undefined> = new Set(["ENOTSUP", "EOPNOTSUPP", "EPERM", "ENOSYS", "EMLINK"]);
const IS_DIRECTORY: ReadonlySet<string | undefined> = new Set(["EISDIR", "EPERM"]);

function isAbsent(error: unknown): boolean {
  const errno = errnoOf(error);
  return errno === "ENOENT" || errno === "ENOTDIR";
}

function errnoOf(error: unknown): string | undefined {
  return error instanceof Error && "code" in error && "errno" in error && typeof error.code === "string"
    ? error.code
    : undefined;
}

function kindOf(entry: { isFile(): boolean; isDirectory(): boolean }): "file" | "directory" | "other" {
  if (entry.isFile()) {
    return "file";
  }
  return entry.isDirectory() ? "directory" : "other";
}

/** Waits for all, also after a failure, so that no I/O goes on behind a rejected promise. */
async function settleAll(tasks: readonly Promise<void>[]): Promise<void> {
  for (const result of await Promise.allSettled(tasks)) {
    if (result.status === "rejected") {
      throw result.reason;
    }
  }
}
