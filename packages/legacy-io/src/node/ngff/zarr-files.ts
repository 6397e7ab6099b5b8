// The files of a Zarr folder on a disk: listed without following links, and read up to a bound.

import { lstat, opendir } from "node:fs/promises";
import { join } from "node:path";
import { throwIfAborted } from "@kym/zarr-store/runtime";
import { isLegacyIoError, LegacyIoError } from "../../errors.ts";
import { comparePaths } from "../../folder/compare-paths.ts";
import { systemErrorCode } from "../tiff/file-source.ts";
import { openRegularFile } from "../tiff/read-regular-file.ts";

/** One file, by its path below the folder, joined by `/`. */
export interface ZarrFile {
  readonly path: string;
  readonly sizeBytes: number;
  readonly mtimeNs: bigint;
}

/** The files of a folder, or of a part of an archive. */
export interface ZarrFiles {
  /** For messages. */
  readonly where: string;
  /**
   * Lists every file, sorted by path, but those below the folders `without`.
   * @throws {LegacyIoError} `invalid_file` for a link and for anything but files, `not_supported` for too many files, `io`
   */
  readonly list: (without: readonly string[], signal?: AbortSignal) => Promise<readonly ZarrFile[]>;
  /**
   * Reads a file whole; undefined if it is not there.
   * @throws {LegacyIoError} `not_supported` for more than `maxBytes`, `invalid_file` for anything but a file, `io`
   */
  readonly read: (path: string, maxBytes: number) => Promise<Uint8Array<ArrayBuffer> | undefined>;
}

/** The most files of one image. */
const MOST_FILES = 200_000;
const MOST_DEPTH = 16;
/** What a system leaves in any folder. */
const OF_SYSTEM = /^(\._.*|\.ds_store|thumbs\.db|desktop\.ini)$/i;

/** The files of a folder of this machine. */
export function filesOfFolder(root: string): ZarrFiles {
  return {
    where: root,
    list: async (without, signal) => {
      const found: ZarrFile[] = [];
      await listInto(found, root, "", without, signal, 0);
      return found.toSorted((a, b) => comparePaths(a.path, b.path));
    },
    read: async (path, maxBytes) => readBounded(join(root, path), path, maxBytes),
  };
}

async function listInto(
  found: ZarrFile[],
  root: string,
  folder: string,
  without: readonly string[],
  signal: AbortSignal | undefined,
  depth: number,
): Promise<void> {
  if (depth > MOST_DEPTH) {
    throw new LegacyIoError("not_supported", `${folder} lies more than ${MOST_DEPTH} folders deep`, {
      path: folder,
    });
  }
  for await (const entry of await openFolder(join(root, folder), folder)) {
    throwIfAborted(signal, LegacyIoError);
    const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
    if (OF_SYSTEM.test(entry.name) || without.includes(path)) {
      continue;
    }
    if (entry.isDirectory()) {
      await listInto(found, root, path, without, signal, depth + 1);
      continue;
    }
    if (!entry.isFile()) {
      const what = entry.isSymbolicLink() ? "a link, which is not followed" : "not a regular file";
      throw new LegacyIoError("invalid_file", `${path} is ${what}`, { path });
    }
    if (found.length >= MOST_FILES) {
      throw new LegacyIoError("not_supported", `it has more than ${MOST_FILES} files`, {
        expected: MOST_FILES,
      });
    }
    const { size, mtimeNs } = await lstat(join(root, path), { bigint: true });
    found.push({ path, sizeBytes: Number(size), mtimeNs });
  }
}

/** Size and time of a file. */
export async function statOf(path: string): Promise<Omit<ZarrFile, "path">> {
  try {
    const { size, mtimeNs } = await lstat(path, { bigint: true });
    return { sizeBytes: Number(size), mtimeNs };
  } catch (cause) {
    throw new LegacyIoError("io", `cannot read ${path}: ${systemErrorCode(cause)}`, { path, cause });
  }
}

async function openFolder(path: string, folder: string): Promise<Awaited<ReturnType<typeof opendir>>> {
  try {
    return await opendir(path);
  } catch (cause) {
    throw new LegacyIoError("io", `cannot read the folder ${folder}: ${systemErrorCode(cause)}`, {
      path,
      cause,
    });
  }
}

async function readBounded(
  path: string,
  name: string,
  maxBytes: number,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  try {
    await using file = await openRegularFile(path);
    const { size } = await file.stat();
    if (size > maxBytes) {
      throw tooLarge(name, size, maxBytes);
    }
    const bytes = new Uint8Array(size);
    for (let done = 0; done < size; ) {
      const { bytesRead } = await file.read(bytes, done, size - done, done);
      if (bytesRead === 0) {
        throw new LegacyIoError("io", `${name} became shorter while it was read`, { path });
      }
      done += bytesRead;
    }
    return bytes;
  } catch (cause) {
    const code = systemErrorCode(cause);
    if (code === "ENOENT" || code === "ENOTDIR") {
      return undefined;
    }
    if (isLegacyIoError(cause)) {
      throw cause;
    }
    throw new LegacyIoError("io", `cannot read ${name}: ${code}`, { path, cause });
  }
}

/** The error for a file that is larger than what it holds can be. */
export function tooLarge(name: string, found: number, expected: number): LegacyIoError {
  return new LegacyIoError("not_supported", `${name} has ${found} bytes; at most ${expected} are read`, {
    path: name,
    expected,
    found,
  });
}
