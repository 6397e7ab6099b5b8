import { readdir, stat } from "node:fs/promises";
import { performance } from "node:perf_hooks";
import { LegacyIoError } from "../../errors.ts";
import { systemErrorCode } from "../tiff/file-source.ts";

/** No file system counts its times in larger steps: FAT has two seconds. */
const STEP_OF_TIMES_MS = 2100;

interface Listing {
  /** Sorted by code unit. */
  readonly names: readonly string[];
  readonly mtimeNs: bigint;
}

/**
 * The names of the files in a folder, for all images that stand in it. A folder's time of change moves when a name comes or
 * goes, but not twice within one step of the file system's clock: so a listing is believed as long as the time stays, if it
 * was made a step after that time was first seen; until then each look lists anew. Only this process's clock is asked, and
 * only for how long it has been.
 */
export class FolderListing {
  readonly #folder: string;
  readonly #nowMs: () => number;
  #firstSeen: { readonly mtimeNs: bigint; readonly atMs: number } | undefined;
  #trusted: Listing | undefined;

  /** No I/O. `nowMs` is a clock that never goes back. */
  constructor(folder: string, nowMs: () => number = () => performance.now()) {
    this.#folder = folder;
    this.#nowMs = nowMs;
  }

  /** All names of files. Errors: `not_found`, `io`. */
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

  /** Those that begin with `start`, found without a look at the others. */
  async namesFrom(start: string): Promise<readonly string[]> {
    const names = await this.names();
    const first = lowerBound(names, start);
    let stop = first;
    while (names[stop]?.startsWith(start) === true) {
      stop++;
    }
    return names.slice(first, stop);
  }
}

/** The first index whose name is not before `name`. */
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
