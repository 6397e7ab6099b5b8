// Keeps a local store inside its root folder, even if the folder contains symbolic links.

import { join, sep } from "node:path";
import { nextTick } from "node:process";
import { ZarrStoreError } from "../../errors.ts";
import { parentKey, type StoreKey } from "../../store/store-key.ts";
import { errnoOf } from "./errno.ts";

/**
 * Refuses directories that leave the root through a symbolic link. The location of the root is remembered. Any other directory
 * may have become a link since the last look, so a look at it holds only until this process waits for anything: for the few
 * calls that follow each other at once.
 */
export class DirectoryJail {
  readonly #root: string;
  readonly #realpath: (path: string) => Promise<string>;
  #realRoot: string | undefined;
  readonly #justSeen = new Set<StoreKey>();

  constructor(root: string, resolveLinks: (path: string) => Promise<string>) {
    this.#root = root;
    this.#realpath = resolveLinks;
  }

  /**
   * Checks that the directory of a key is inside the root.
   *
   * @throws {ZarrStoreError} `invalid_name` if it is not; the file system's error if it does not exist
   */
  async assertParentInside(key: StoreKey): Promise<void> {
    const parent = parentKey(key);
    if (parent !== undefined) {
      await this.assertInside(parent);
    }
  }

  /** Makes an {@link assertParentInside} for keys of one call, most of which share their directories: each is looked at once only. */
  lookOnce(): (key: StoreKey) => Promise<void> {
    const looks = new Map<StoreKey | undefined, Promise<void>>();
    return (key) => {
      const parent = parentKey(key);
      const look = looks.get(parent) ?? this.assertParentInside(key);
      looks.set(parent, look);
      return look;
    };
  }

  /** Like {@link assertParentInside}, for a directory itself. */
  async assertInside(directory: StoreKey): Promise<void> {
    if (this.#justSeen.has(directory)) {
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
    if (this.#justSeen.size === 0) {
      // This runs before any event: when all that can go on without waiting has done so.
      nextTick(() => this.#justSeen.clear());
    }
    this.#justSeen.add(directory);
  }

  /**
   * Checks, for a directory that will be made, that its nearest existing parent is inside the root.
   *
   * @returns the outermost directory that is missing
   */
  async assertNearestInside(directory: StoreKey): Promise<StoreKey> {
    let missing = directory;
    for (let key = parentKey(directory); key !== undefined; key = parentKey(key)) {
      try {
        await this.assertInside(key);
        return missing;
      } catch (error) {
        if (errnoOf(error) !== "ENOENT") {
          throw error;
        }
      }
      missing = key;
    }
    return missing;
  }
}
