import { join, sep } from "node:path";
import { ZarrStoreError } from "../errors.ts";
import { parentKey, type StoreKey } from "../store/store-key.ts";
import { errnoOf } from "./errno.ts";

/**
 * Keeps a store inside its root although somebody may have put symbolic links there. Nothing is remembered but where the
 * root is: a directory that was one a moment ago may be a link now.
 */
export class DirectoryJail {
  readonly #root: string;
  readonly #realpath: (path: string) => Promise<string>;
  #realRoot: string | undefined;

  constructor(root: string, resolveLinks: (path: string) => Promise<string>) {
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
  }

  /**
   * For a directory that is to be made: that the nearest one above it that exists lies inside.
   *
   * @returns the first that is missing
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
