// Keeps a local store inside its root folder, even if the folder contains symbolic links.

import { join, sep } from "node:path";
import { nextTick } from "node:process";
import { ZarrStoreError } from "../../errors.ts";
import { parentKey, type StoreKey } from "../../store/store-key.ts";
import { errnoOf } from "./errno.ts";

/** What a jail asks the file system. */
export interface JailFiles {
  lstat(path: string, options: { readonly bigint: true }): Promise<{ isDirectory(): boolean }>;
  realpath(path: string): Promise<string>;
}

/**
 * Refuses directories that leave the root through a symbolic link. The location of the root is remembered. Any other directory
 * may have become a link since the last look, so a look at it holds only until this process waits for anything: for the few
 * calls that follow each other at once.
 *
 * A directory is inside if neither it nor one above it is a link, which a quick call for each of those not just seen says. Only
 * where one is something else, links are resolved.
 */
export class DirectoryJail {
  readonly #root: string;
  readonly #files: JailFiles;
  #realRoot: string | undefined;
  readonly #justSeen = new Set<StoreKey>();

  constructor(root: string, files: JailFiles) {
    this.#root = root;
    this.#files = files;
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
    if (await this.#isWithoutLinks(directory)) {
      return;
    }
    this.#realRoot ??= await this.#files.realpath(this.#root);
    const found = await this.#files.realpath(join(this.#root, directory));
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
  }

  /**
   * Checks, for a directory that will be made, that its nearest existing parent is inside the root.
   *
   * @returns the outermost directory that is missing
   */
  async assertNearestInside(directory: StoreKey): Promise<StoreKey> {
    for (const key of withParents(directory).slice(0, -1)) {
      try {
        await this.assertInside(key);
      } catch (error) {
        if (errnoOf(error) !== "ENOENT") {
          throw error;
        }
        return key;
      }
    }
    return directory;
  }

  /**
   * Whether a directory is there, and neither it nor one above it is a link. Otherwise {@link assertInside} says more.
   *
   * @param isDirectory says it of a path at once
   */
  isPlainlyInside(directory: StoreKey, isDirectory: (path: string) => boolean): boolean {
    const isSeen = (key: StoreKey | undefined): boolean => {
      if (key === undefined || this.#justSeen.has(key)) {
        return true;
      }
      const isPlain = isSeen(parentKey(key)) && isDirectory(`${this.#root}/${key}`);
      if (isPlain) {
        this.#remember(key);
      }
      return isPlain;
    };
    return isSeen(directory);
  }

  /** Whether a directory and all above it, up to the root, are directories. */
  async #isWithoutLinks(directory: StoreKey): Promise<boolean> {
    for (const key of withParents(directory)) {
      if (!this.#justSeen.has(key)) {
        const stats = await this.#files.lstat(join(this.#root, key), { bigint: true });
        if (!stats.isDirectory()) {
          return false;
        }
        this.#remember(key);
      }
    }
    return true;
  }

  #remember(directory: StoreKey): void {
    if (this.#justSeen.size === 0) {
      // This runs before any event: when all that can go on without waiting has done so.
      nextTick(() => this.#justSeen.clear());
    }
    this.#justSeen.add(directory);
  }
}

/** A directory after all above it, from the outermost on. */
function withParents(directory: StoreKey): readonly StoreKey[] {
  const keys: StoreKey[] = [];
  for (let key: StoreKey | undefined = directory; key !== undefined; key = parentKey(key)) {
    keys.unshift(key);
  }
  return keys;
}
