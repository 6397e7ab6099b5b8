// Writes an export to a temporary folder beside its target, verifies it, and puts it in place by a rename.

import { mkdir, readdir, rename, rm, rmdir, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { isLegacyIoError, LegacyIoError } from "../../errors.ts";
import type { ExportedFile } from "../../export/export-manifest.ts";
import { flushFilesBelow, flushFolders } from "../files/flush-to-disk.ts";
import { partialFolderFor, replacedFolderOf } from "../files/partial-folder.ts";
import { sha256Of } from "../files/sha256-of.ts";
import { systemErrorCode } from "../tiff/file-source.ts";
import { readRegularFile } from "../tiff/read-regular-file.ts";
import type { ExportNote } from "./export-options.ts";

/** The destination of an export's files. */
export interface ExportSink {
  /**
   * Writes a file at a path relative to the exported folder.
   *
   * @throws LegacyIoError `io`.
   */
  write(path: string, bytes: Uint8Array): Promise<ExportedFile>;
  /** Removes a file again that {@link write} wrote. @throws LegacyIoError `io`. */
  remove(path: string): Promise<void>;
  /** False for an attachment that must not be written. */
  canWriteAttachment?(bytes: Uint8Array): boolean;
  /** Redacts a text that will be part of a binary file, such as a name in a zip. */
  redactText?(text: string): string;
}

/** File systems allow 255 bytes in a name. */
const MAX_NAME_BYTES = 255;

/**
 * Writes a file that other files do not rest on. One whose name is too long, because an ending was added to a long one, is left
 * out with a note.
 *
 * @throws LegacyIoError `io`.
 */
export async function writeIfNameFits(
  sink: ExportSink,
  path: string,
  bytes: Uint8Array,
  notes: ExportNote[],
): Promise<void> {
  const nameBytes = Buffer.byteLength(path.slice(path.lastIndexOf("/") + 1));
  if (nameBytes > MAX_NAME_BYTES) {
    notes.push({
      path,
      reason: `left out: its name would have ${nameBytes} bytes, and ${MAX_NAME_BYTES} is the most`,
    });
    return;
  }
  try {
    await sink.write(path, bytes);
  } catch (error) {
    if (!isLegacyIoError(error, "io") || error.details.found !== "ENAMETOOLONG") {
      throw error;
    }
    notes.push({ path, reason: `left out: a name of ${nameBytes} bytes is too long here` });
  }
}

/** A sink that only computes hashes and writes nothing. */
export const HASHING_SINK: ExportSink = {
  write: async (path, bytes) => ({ path, sha256: sha256Of(bytes) }),
  remove: async () => undefined,
};

/**
 * A folder that is filled beside its target and then renamed to it, so that it appears whole or not at all. A process
 * that is killed leaves `<target>.partial-…` behind, which ingest ignores and the next export to the target settles.
 */
export class StagedFolder implements ExportSink {
  readonly #target: string;
  readonly #root: string;
  readonly #hashes = new Map<string, string>();
  readonly #sizes = new Map<string, number>();
  readonly #durability: "batched" | "none";
  /** The folders to flush after the rename: the target's parent, and those above it that were created for it. */
  #naming: readonly string[] = [];
  sizeBytes = 0;
  /** The folder that was replaced, if it could not be removed. */
  left: string | undefined;

  constructor(target: string, durability: "batched" | "none" = "batched") {
    this.#target = target;
    this.#durability = durability;
    this.#root = partialFolderFor(target);
  }

  /** Paths of the files, in the order in which they were written. */
  get paths(): readonly string[] {
    return [...this.#hashes.keys()];
  }

  /** The SHA-256 of each file, by path. */
  get hashes(): ReadonlyMap<string, string> {
    return this.#hashes;
  }

  /** The folder that is filled: it is gone after a rename. */
  get root(): string {
    return this.#root;
  }

  /**
   * Starts with an empty folder; whatever was written before is discarded.
   *
   * @throws LegacyIoError `io`.
   */
  async begin(): Promise<void> {
    this.#hashes.clear();
    this.sizeBytes = 0;
    await orIoError(`cannot create ${this.#root}`, this.#root, async () => {
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
    this.#sizes.set(path, bytes.length);
    this.sizeBytes += bytes.length;
    return { path, sha256 };
  }

  /** Also removes the folders that are then empty. */
  async remove(path: string): Promise<void> {
    const file = join(this.#root, path);
    await orIoError(`cannot remove ${file}`, file, async () => {
      await rm(file);
      for (let folder = dirname(file); folder !== this.#root; folder = dirname(folder)) {
        if ((await readdir(folder)).length > 0) {
          break;
        }
        await rmdir(folder);
      }
    });
    this.#hashes.delete(path);
    this.sizeBytes -= this.#sizes.get(path) ?? 0;
  }

  /**
   * Reads every file back and compares it with what was written.
   *
   * @throws LegacyIoError `integrity` for a file that differs or that this export did not write, `io`.
   */
  async verify(): Promise<void> {
    const found = await orIoError(`cannot read ${this.#root}`, this.#root, () => filesBelow(this.#root));
    const stranger = found.find((path) => !this.#hashes.has(path));
    if (stranger !== undefined) {
      throw new LegacyIoError("integrity", `${stranger} appeared in the export while it was being written`, {
        path: stranger,
      });
    }
    for (const [path, expected] of this.#hashes) {
      const file = join(this.#root, path);
      const bytes = await orIoError(`cannot read ${file} again`, file, () => readRegularFile(file));
      if (sha256Of(bytes) !== expected) {
        throw new LegacyIoError("integrity", `${file} reads back with other bytes than were written`, {
          path: file,
          expected,
          found: sha256Of(bytes),
        });
      }
    }
  }

  /**
   * Flushes the files to the disk, so that they survive a power cut once the folder has its name.
   *
   * @throws LegacyIoError `io`.
   */
  async flush(): Promise<void> {
    if (this.#durability === "batched") {
      const files = this.paths.map((path) => join(this.#root, path));
      await orIoError(`cannot flush ${this.#root}`, this.#root, () => flushFilesBelow(this.#root, files));
    }
  }

  /**
   * Renames the folder to its target.
   *
   * If the target exists, it is moved aside and checked by `assertReplaceable`, because it may have changed since the
   * export began. It is moved back if the check or the rename fails. Without `assertReplaceable` nothing is replaced. If it can
   * only not be removed at the end, the export is there all the same, and {@link left} says where the old one is.
   *
   * @throws LegacyIoError `already_exists`, `io`.
   */
  async moveIntoPlace(assertReplaceable?: (aside: string) => Promise<void>): Promise<void> {
    const old = replacedFolderOf(this.#root);
    await orIoError(`cannot put ${this.#target} in place`, this.#target, async () => {
      const isReplaced = await pathExists(this.#target);
      if (isReplaced && assertReplaceable === undefined) {
        throw new LegacyIoError("already_exists", `${this.#target} was created in the meantime`, {
          path: this.#target,
        });
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
          await this.#giveBack(old);
        }
        throw error;
      }
    });
    await rm(old, { recursive: true, force: true }).catch(() => {
      this.left = old;
    });
  }

  async #giveBack(old: string): Promise<void> {
    const failed = `cannot put ${this.#target} in place, nor what was there before: that is whole, as ${old}; the next export to this folder brings it back`;
    await orIoError(failed, this.#target, () => rename(old, this.#target));
  }

  async discard(): Promise<void> {
    await rm(this.#root, { recursive: true, force: true });
  }
}

function foldersUpTo(folder: string, top: string): readonly string[] {
  return folder === top ? [folder] : [folder, ...foldersUpTo(dirname(folder), top)];
}

/**
 * Tells whether there is anything at a path.
 *
 * @throws LegacyIoError `io` if that cannot be found out.
 */
export async function pathExists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if (systemErrorCode(error) === "ENOENT") {
      return false;
    }
    throw new LegacyIoError("io", `cannot access ${path}: ${systemErrorCode(error)}`, {
      path,
      cause: error,
    });
  }
}

/** Lists all files below a folder, as paths relative to it, joined by `/`. */
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
