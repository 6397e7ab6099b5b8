import { mkdir, readdir, rename, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { isLegacyIoError, LegacyIoError } from "../../errors.ts";
import type { ExportedFile } from "../../export/export-manifest.ts";
import { flushFilesBelow, flushFolders } from "../files/flush-to-disk.ts";
import { sha256Of } from "../files/sha256-of.ts";
import { systemErrorCode } from "../tiff/file-source.ts";
import { readRegularFile } from "../tiff/read-regular-file.ts";

/** Where the files of an export go, or only their hashes. */
export interface ExportSink {
  /** Throws `io`. */
  write(path: string, bytes: Uint8Array): Promise<ExportedFile>;
  /** False for the bytes of a kept file that must not be written. */
  canWriteAttachment?(bytes: Uint8Array): boolean;
  /** A text as it may stand in a file that is none, such as a name in a zip. */
  redactText?(text: string): string;
}

/** Writes nothing: what the hashes of an export would be. */
export const HASHING_SINK: ExportSink = {
  write: async (path, bytes) => ({ path, sha256: sha256Of(bytes) }),
};

/**
 * A folder that is made beside its target and then put in its place, whole. A process that is killed leaves
 * `<target>.partial-<uuid>`, which no ingest takes for images.
 */
export class StagedFolder implements ExportSink {
  readonly #target: string;
  readonly #root: string;
  readonly #hashes = new Map<string, string>();
  readonly #durability: "batched" | "none";
  /** The folders that name the target, or one above it that was made for it. */
  #naming: readonly string[] = [];
  sizeBytes = 0;

  constructor(target: string, durability: "batched" | "none" = "batched") {
    this.#target = target;
    this.#durability = durability;
    this.#root = `${target}.partial-${crypto.randomUUID()}`;
  }

  /** What was written, in this order. */
  get paths(): readonly string[] {
    return [...this.#hashes.keys()];
  }

  /** Begins anew, empty. Throws `io`. */
  async begin(): Promise<void> {
    this.#hashes.clear();
    this.sizeBytes = 0;
    await orIoError(`cannot make ${this.#root}`, this.#root, async () => {
      await rm(this.#root, { recursive: true, force: true });
      const parent = dirname(this.#root);
      const firstMade = await mkdir(parent, { recursive: true });
      if (this.#naming.length === 0) {
        this.#naming = foldersUpTo(parent, firstMade === undefined ? parent : dirname(firstMade));
      }
      await mkdir(this.#root);
    });
  }

  async write(path: string, bytes: Uint8Array): Promise<ExportedFile> {
    const file = join(this.#root, path);
    await orIoError(`cannot write ${file}`, file, async () => {
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, bytes, { flag: "wx" });
    });
    const sha256 = sha256Of(bytes);
    this.#hashes.set(path, sha256);
    this.sizeBytes += bytes.length;
    return { path, sha256 };
  }

  /** Reads every file again. Throws `integrity` for one that is not what was written, or that nobody wrote. */
  async verify(): Promise<void> {
    const found = await orIoError(`cannot read ${this.#root}`, this.#root, () => filesBelow(this.#root));
    const stranger = found.find((path) => !this.#hashes.has(path));
    if (stranger !== undefined) {
      throw new LegacyIoError("integrity", `${stranger} came into the export while it was written`, {
        path: stranger,
      });
    }
    for (const [path, expected] of this.#hashes) {
      const file = join(this.#root, path);
      const bytes = await orIoError(`cannot read ${file} again`, file, () => readRegularFile(file));
      if (sha256Of(bytes) !== expected) {
        throw new LegacyIoError("integrity", `${file} does not read back as it was written`, {
          path: file,
          expected,
          found: sha256Of(bytes),
        });
      }
    }
  }

  /** Flushes all that was written, so that it is there when its name is. Throws `io`. */
  async flush(): Promise<void> {
    if (this.#durability === "batched") {
      const files = this.paths.map((path) => join(this.#root, path));
      await orIoError(`cannot flush ${this.#root}`, this.#root, () => flushFilesBelow(this.#root, files));
    }
  }

  /**
   * Gives the folder its name. What is there moves aside first, is looked at by `assertReplaceable`, and comes back if
   * that or the renaming fails: somebody may have put it there since the export began. Without `assertReplaceable`
   * nothing is replaced. Throws `already_exists`, `io`.
   */
  async moveIntoPlace(assertReplaceable?: (aside: string) => Promise<void>): Promise<void> {
    const old = `${this.#root}-old`;
    await orIoError(`cannot put ${this.#target} in place`, this.#target, async () => {
      const isReplaced = await pathExists(this.#target);
      if (isReplaced && assertReplaceable === undefined) {
        throw new LegacyIoError("already_exists", `${this.#target} is there by now`, { path: this.#target });
      }
      if (isReplaced) {
        await rename(this.#target, old);
      }
      let isNamed = false;
      try {
        if (isReplaced) {
          await assertReplaceable?.(old);
        }
        await rename(this.#root, this.#target);
        isNamed = true;
        if (this.#durability === "batched") {
          await flushFolders(this.#naming);
        }
      } catch (error) {
        if (isNamed) {
          await rename(this.#target, this.#root);
        }
        if (isReplaced) {
          await rename(old, this.#target);
        }
        throw error;
      }
      await rm(old, { recursive: true, force: true });
    });
  }

  async discard(): Promise<void> {
    await rm(this.#root, { recursive: true, force: true });
  }
}

function foldersUpTo(folder: string, top: string): readonly string[] {
  return folder === top ? [folder] : [folder, ...foldersUpTo(dirname(folder), top)];
}

/** Throws `io` for a path that cannot be looked at. */
export async function pathExists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if (systemErrorCode(error) === "ENOENT") {
      return false;
    }
    throw new LegacyIoError("io", `cannot look at ${path}: ${systemErrorCode(error)}`, {
      path,
      cause: error,
    });
  }
}

/** The files of a folder and those in it, as `/`-joined paths. */
export async function filesBelow(root: string): Promise<readonly string[]> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) =>
      join(entry.parentPath, entry.name)
        .slice(root.length + 1)
        .replaceAll("\\", "/"),
    );
}

async function orIoError<T>(problem: string, path: string, fn: () => Promise<T>): Promise<T> {
  try {
    return await fn();
  } catch (cause) {
    if (isLegacyIoError(cause)) {
      throw cause;
    }
    const found = systemErrorCode(cause);
    throw new LegacyIoError("io", `${problem}: ${found}`, { path, found, cause });
  }
}
