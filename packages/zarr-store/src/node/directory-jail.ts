import type { realpath } from "node:fs/promises";
import { join, sep } from "node:path";
import { ZarrStoreError } from "../errors.ts";
import { parentKey, type StoreKey } from "../store/store-key.ts";
import { errnoOf } from "./errno.ts";

/** How many directories are remembered before all are looked at again. */
const MAX_REMEMBERED = 4096;

/**
 * Keeps a store inside its root although somebody may have put symbolic links there. A directory whose real path is
 * inside stays trusted for the life of the jail.
 */
export class DirectoryJail {
  readonly #root: string;
  readonly #realpath: typeof realpath;
  readonly #inside = new Set<StoreKey>();
  #realRoot: string | undefined;

  constructor(root: string, resolveLinks: typeof realpath) {
    this.#root = root;
    this.#realpath = resolveLinks;
  }

  /**
   * That the directory of a key lies inside.
   *
   * @throws {ZarrStoreError} `invalid_name` if it does not; the error of the file system if it is not there
   */
  async assertParentInside(key: StoreKey): Promise<void> {
    const parent = parentKey(key);
    if (parent !== undefined) {
      await this.assertInside(parent);
    }
  }

  /** As {@link assertParentInside}, for a directory itself. */
  async assertInside(directory: StoreKey): Promise<void> {
    if (this.#inside.has(directory)) {
      return;
    }
    this.#realRoot ??= await this.#realpath(this.#root);
    const found = await this.#realpath(join(this.#root, directory));
    const root = this.#realRoot;
    if (found !== root && !found.startsWith(root.endsWith(sep) ? root : root + sep)) {
      throw new ZarrStoreError(
        "invalid_name",
        `${directory} leaves the store through a symbolic link to ${found}`,
        {
          path: directory,
          found,
        },
      );
    }
    this.#remember(directory);
    if (found === join(root, directory)) {
      // No link on the way, so what is above lies inside as well.
      this.trustMade(directory, undefined);
    }
  }

  /**
   * For a directory that is to be made: that the nearest one above it that exists lies inside.
   *
   * @returns that one, undefined if it is the root
   */
  async assertNearestInside(directory: StoreKey): Promise<StoreKey | undefined> {
    let key = parentKey(directory);
    for (; key !== undefined; key = parentKey(key)) {
      try {
        await this.assertInside(key);
        return key;
      } catch (error) {
        if (errnoOf(error) !== "ENOENT") {
          throw error;
        }
      }
    }
    return key;
  }

  /** Trusts directories that were made below one that lies inside. */
  trustMade(directory: StoreKey, below: StoreKey | undefined): void {
    for (
      let key: StoreKey | undefined = directory;
      key !== undefined && key !== below;
      key = parentKey(key)
    ) {
      this.#remember(key);
    }
  }

  #remember(directory: StoreKey): void {
    if (this.#inside.size >= MAX_REMEMBERED) {
      this.#inside.clear();
    }
    this.#inside.add(directory);
  }
}
