// Reads and writes the objects of a dataset byte for byte, whatever they are, to bring them from one copy to another.

import type { Transaction } from "../../commit/write/transaction.ts";
import { ZarrStoreError } from "../../errors.ts";
import type { ReadOptions } from "../../runtime/read-options.ts";
import { parseStoreKey, type StoreKey } from "../../store/store-key.ts";
import { meaningOf } from "../layout.ts";
import type { ObjectSession } from "../session/object-session.ts";

/** Where {@link ExactObjects.copy} finds what it copies. */
export interface CopyOptions extends ReadOptions {
  readonly placeOf?: ((path: string) => string) | undefined;
}

/**
 * The objects of a dataset by their paths, byte for byte. Nothing is parsed or encoded, so that a copy has the hashes
 * of the original. The caller keeps together what belongs together, such as all objects of an image.
 */
export class ExactObjects {
  readonly #session: ObjectSession;

  constructor(session: ObjectSession) {
    this.#session = session;
  }

  /** The SHA-256 of an object; undefined if it does not exist. */
  async hash(path: string): Promise<string | undefined> {
    return this.#session.hash(exactPath(path));
  }

  /** Loads an object, verified; undefined if it does not exist. @throws {ZarrStoreError} `integrity`, `modified_outside`, `io` */
  async load(path: string, options: ReadOptions = {}): Promise<Uint8Array<ArrayBuffer> | undefined> {
    return this.#session.read(exactPath(path), options);
  }

  /**
   * Saves one object byte for byte. What refers to it, such as the groups above an array, is left to the caller.
   *
   * @throws {ZarrStoreError} `invalid_name` for a path of no object of an image or table
   */
  async save(given: string, bytes: Uint8Array<ArrayBuffer>, options: ReadOptions = {}): Promise<void> {
    const path = exactPath(given);
    // Copy the bytes: the caller may reuse its buffer before the commit.
    const own = new Uint8Array(bytes);
    const message = `save ${path}`;
    await this.#session.change((transaction) => transaction.put(path, own), {
      message,
      signal: options.signal,
    });
  }

  /** Deletes one object; returns whether it existed. @throws {ZarrStoreError} `invalid_name` as {@link save} */
  async delete(given: string, options: ReadOptions = {}): Promise<boolean> {
    const path = exactPath(given);
    const message = `delete ${path}`;
    return this.#session.change((transaction) => transaction.delete(path), {
      message,
      signal: options.signal,
    });
  }

  /**
   * Changes one object with a function of its bytes at the moment of the commit, so that the changes of two writers add up. The function
   * may run more than once and must not write anything. What it returns is read as {@link save} takes it.
   *
   * @throws {ZarrStoreError} `invalid_name` as {@link save}
   */
  async merge(
    given: string,
    merge: (current: Uint8Array<ArrayBuffer> | undefined) => Promise<{
      /** Undefined leaves the object as it is. */
      readonly bytes: Uint8Array<ArrayBuffer> | undefined;
      /** The images whose rows changed; the commit log records them. */
      readonly imageIds?: readonly string[];
    }>,
    options: ReadOptions = {},
  ): Promise<void> {
    const path = exactPath(given);
    await this.#session.change(async (transaction) => transaction.merge({ path, merge }), {
      message: `change ${path}`,
      signal: options.signal,
    });
  }

  /**
   * Makes an object again whose committed bytes are gone: the file is missing, damaged, or another program's. What stands in its
   * place is kept aside. Bytes that are those of the log are put back, and no commit says so; others are committed.
   *
   * @throws {ZarrStoreError} `invalid_name` for a path of no object of an image or table
   */
  async makeAgain(given: string, bytes: Uint8Array<ArrayBuffer>, options: ReadOptions = {}): Promise<void> {
    const path = exactPath(given);
    const own = new Uint8Array(bytes);
    const change = async (transaction: Transaction): Promise<void> => {
      transaction.lost.add(path);
      await transaction.put(path, own);
    };
    await this.#session.change(change, { message: `make ${path} again`, signal: options.signal });
  }

  /** Keeps bytes in the history, as `files.keepInHistory` of a record does, in a commit that changes something. */
  async keepInHistory(bytes: Uint8Array<ArrayBuffer>, options: ReadOptions = {}): Promise<void> {
    const own = new Uint8Array(bytes);
    await this.#session.change((transaction) => transaction.asked.keep(own), {
      message: "keep history",
      signal: options.signal,
    });
  }

  /** The SHA-256 of every object below a folder of no image, by its path, sorted. */
  async below(folder: string): Promise<ReadonlyMap<string, string>> {
    const start = `${parseStoreKey(folder)}/`;
    const found = new Map<string, string>();
    for (const path of await this.#session.paths("")) {
      const sha256 = path.startsWith(start) ? await this.#session.hash(path) : undefined;
      if (sha256 !== undefined) {
        found.set(path, sha256);
      }
    }
    return found;
  }

  /**
   * Makes objects what they are in another dataset, or elsewhere in this one, one at a time: in memory is never more than one of them.
   *
   * @param hashes what each path must have there, as it was planned; null deletes the object here
   * @param options with `placeOf`, where the object of a path lies there; default at the same path
   * @throws {ZarrStoreError} `conflict` if the other dataset has something else at a path by now; `invalid_name` for a path of no
   * object of an image or table
   * @example
   * await dataset.transaction(async (transaction) => {
   *   const hashes = await other.record("line-scan").objectHashes();
   *   await transaction.exact.copy(
   *     other.exact,
   *     new Map([...hashes].map(([key, sha256]) => [`images/line-scan/${key}`, sha256])),
   *   );
   * });
   */
  async copy(
    from: ExactObjects,
    hashes: ReadonlyMap<string, string | null>,
    options: CopyOptions = {},
  ): Promise<void> {
    const { runtime } = this.#session;
    const { placeOf = (path: string) => path } = options;
    const message = `copy ${hashes.size} objects`;
    await this.#session.change(
      async (transaction) => {
        for (const [given, expected] of hashes) {
          options.signal?.throwIfAborted();
          const path = exactPath(given);
          if (expected === null) {
            await transaction.delete(path);
            continue;
          }
          const bytes = await from.load(placeOf(path), options);
          const found = bytes && (await runtime.sha256(bytes));
          if (bytes === undefined || found !== expected) {
            throw new ZarrStoreError("conflict", `${path} was changed while it was copied`, {
              path,
              expected,
              found,
            });
          }
          await transaction.put(path, bytes);
        }
      },
      { message, signal: options.signal },
    );
  }
}

/** @throws {ZarrStoreError} `invalid_name` */
function exactPath(given: string): StoreKey {
  const path = parseStoreKey(given);
  const kind = meaningOf(path)?.kind;
  if (kind === undefined || kind === "root" || kind === "images") {
    throw new ZarrStoreError("invalid_name", `${path} is not the path of an object of an image or table`, {
      path,
    });
  }
  return path;
}
