// The files of a dataset without a commit log: reading, hashing and listing what is on the disk now.

import { ZarrStoreError } from "../../errors.ts";
import type { ReadOptions } from "../../runtime/read-options.ts";
import type { Runtime } from "../../runtime/runtime.ts";
import type { ReadableStore, StoreEntry } from "../../store/key-value-store.ts";
import { isListableStore } from "../../store/read-only-store.ts";
import { isStoreKey, type StoreKey } from "../../store/store-key.ts";

/** The most files in one listing: other programs write to this disk, so the number needs a bound. */
const MAX_FILES = 1_000_000;

/** The files of a dataset without a commit log, as they are now. There are no stored hashes to verify them with. */
export class LoglessFiles {
  readonly #store: ReadableStore;
  readonly #sha256: Runtime["sha256"];
  readonly #hashes = new Map<StoreKey, { readonly stamp: string; readonly sha256: string }>();

  constructor(store: ReadableStore, runtime: Pick<Runtime, "sha256">) {
    this.#store = store;
    this.#sha256 = runtime.sha256;
  }

  async read(path: StoreKey, options: ReadOptions = {}): Promise<Uint8Array<ArrayBuffer> | undefined> {
    return this.#store.get(path, options);
  }

  /**
   * The SHA-256 of a file's current bytes. It is remembered while the file's size and modification time stay the
   * same.
   */
  async hash(path: StoreKey): Promise<string | undefined> {
    const stamp = await this.#stamp(path);
    const known = this.#hashes.get(path);
    if (known !== undefined && known.stamp === stamp) {
      return known.sha256;
    }
    const bytes = await this.#store.get(path);
    if (bytes === undefined) {
      return undefined;
    }
    const sha256 = await this.#sha256(bytes);
    if (stamp !== undefined) {
      this.#hashes.set(path, { stamp, sha256 });
    }
    return sha256;
  }

  /** Whether a file, directory or link exists; undefined if the store cannot tell. */
  async has(path: StoreKey): Promise<boolean | undefined> {
    return isListableStore(this.#store) ? (await this.#store.stat(path)) !== undefined : undefined;
  }

  /** Lists a directory. @throws {ZarrStoreError} `not_supported` if the store has no listing */
  async list(directory: StoreKey | ""): Promise<readonly StoreEntry[]> {
    if (!isListableStore(this.#store)) {
      const { location } = this.#store;
      throw new ZarrStoreError(
        "not_supported",
        `${location} cannot be listed, and it has no commit log that says which files exist`,
        { path: location },
      );
    }
    return this.#store.list(directory);
  }

  /**
   * Lists the files below a directory, sorted by code unit. Skips directories that `enters` refuses, links, and names
   * that cannot be part of a key.
   *
   * @throws {ZarrStoreError} `not_supported` if the store has no listing, or for more than a million files
   */
  async below(
    directory: StoreKey | "",
    enters: (directory: StoreKey) => boolean = (): boolean => true,
  ): Promise<readonly StoreKey[]> {
    const files: StoreKey[] = [];
    const pending: (StoreKey | "")[] = [directory];
    for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
      for (const { name, kind } of await this.list(next)) {
        const key = next === "" ? name : `${next}/${name}`;
        if (kind === "file" && isStoreKey(key)) {
          files.push(key);
        } else if (kind === "directory" && isStoreKey(key) && enters(key)) {
          pending.push(key);
        }
      }
      if (files.length + pending.length > MAX_FILES) {
        throw new ZarrStoreError("not_supported", `there are more than ${MAX_FILES} files in ${directory}`, {
          path: directory,
          expected: MAX_FILES,
        });
      }
    }
    return files.sort();
  }

  async #stamp(path: StoreKey): Promise<string | undefined> {
    const stat = isListableStore(this.#store) ? await this.#store.stat(path) : undefined;
    // A time of 0 comes from a store without a clock, and cannot tell one version from the next.
    return stat === undefined || stat.mtimeMs === 0
      ? undefined
      : `${stat.sizeBytes} ${stat.mtimeNs ?? stat.mtimeMs} ${stat.ctimeNs ?? ""}`;
  }
}
