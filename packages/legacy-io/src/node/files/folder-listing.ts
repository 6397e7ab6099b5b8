// Caches the file names of a folder, so that thousands of images in it do not list it again and again.

import { readdir, stat } from "node:fs/promises";
import { performance } from "node:perf_hooks";
import { LegacyIoError } from "../../errors.ts";
import { systemErrorCode } from "../tiff/file-source.ts";

/** Longer than the coarsest time step of any common file system, which is the two seconds of FAT. */
const STEP_OF_TIMES_MS = 2100;

interface Listing {
  /** Sorted by code unit. */
  readonly names: readonly string[];
  readonly mtimeNs: bigint;
}

/**
 * The names of the files in a folder, shared by all images in it.
 *
 * A folder's modification time changes when a name appears or disappears, but not twice within one step of the file
 * system's clock. A listing is therefore trusted only if it was made at least one step after its modification time was
 * first seen. Until then every call lists the folder again.
 *
 * Only durations on this process's own clock matter, so a file server's clock may differ.
 */
export class FolderListing {
  readonly #folder: string;
  readonly #nowMs: () => number;
  #firstSeen: { readonly mtimeNs: bigint; readonly atMs: number } | undefined;
  #trusted: Listing | undefined;

  /** Does no I/O. `nowMs` is a clock in milliseconds that never goes back. */
  constructor(folder: string, nowMs: () => number = () => performance.now()) {
    this.#folder = folder;
    this.#nowMs = nowMs;
  }

  /**
   * Returns the names of all files in the folder, sorted by code unit.
   *
   * @throws LegacyIoError `not_found`, `io`.
   */
  async names(): Promise<readonly string[]> {
    try {
      const { mtimeNs } = await stat(this.#folder, { bigint: true });
      if (this.#trusted?.mtimeNs === mtimeNs) {
        return this.#trusted.names;
      }
      this.#trusted = undefined;
      const nowMs = this.#nowMs();
      if (this.#firstSeen?.mtimeNs !== mtimeNs) {
        this.#firstSeen = { mtimeNs, atMs: nowMs };
      }
      const isSettled = nowMs - this.#firstSeen.atMs >= STEP_OF_TIMES_MS;
      const entries = await readdir(this.#folder, { withFileTypes: true });
      const names = entries.filter((entry) => !entry.isDirectory()).map(({ name }) => name);
      names.sort();
      if (isSettled) {
        this.#trusted = { names, mtimeNs };
      }
      return names;
    } catch (cause) {
      const found = systemErrorCode(cause);
      const code = found === "ENOENT" || found === "ENOTDIR" ? "not_found" : "io";
      throw new LegacyIoError(code, `cannot read the folder ${this.#folder}: ${found}`, {
        path: this.#folder,
        found,
        cause,
      });
    }
  }

  /** Returns the names that begin with `start`, however its accents are composed. Plain ASCII is found by a binary search. */
  async namesFrom(start: string): Promise<readonly string[]> {
    const names = await this.names();
    // biome-ignore lint/suspicious/noControlCharactersInRegex: plain ASCII has one spelling
    if (/[^\x00-\x7f]/.test(start)) {
      const composed = start.normalize("NFC");
      return names.filter((name) => name.normalize("NFC").startsWith(composed));
    }
    const first = lowerBound(names, start);
    let stop = first;
    while (names[stop]?.startsWith(start) === true) {
      stop++;
    }
    return names.slice(first, stop);
  }
}

/** Returns the first index whose name does not sort before `name`. */
function lowerBound(names: readonly string[], name: string): number {
  let [low, high] = [0, names.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((names[middle] ?? "") < name) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}
