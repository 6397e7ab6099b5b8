// Reads and hashes files that other programs may still be writing: a result always belongs to one state of the file.

import { type FileHandle, stat } from "node:fs/promises";
import { throwIfAborted } from "@kym/zarr-store/runtime";
import { isLegacyIoError, LegacyIoError } from "../../errors.ts";
import type { BundleFile } from "../../folder/bundle.ts";
import { DEFAULT_TIFF_LIMITS } from "../../tiff/header/tiff-limits.ts";
import { waitAtMost } from "../../tiff/header/wait-at-most.ts";
import { assertFileSize, MAX_FILE_BYTES, MAX_WHOLE_BYTES } from "../tiff/assert-file-size.ts";
import { systemErrorCode } from "../tiff/file-source.ts";
import { openRegularFile } from "../tiff/read-regular-file.ts";
import type { ReusedBuffers } from "./reused-buffers.ts";
import { newSha256, sha256Of } from "./sha256-of.ts";

const MAX_READ_BYTES = 2 ** 30;
const BLOCK_BYTES = 4 * 2 ** 20;
/** The longest wait is for a read of this size at most; a larger one may take as much longer. */
const BYTES_OF_WAIT = 2 ** 24;

/** A file of a bundle, with its size, time and SHA-256 when it was read. */
export interface ReadFile extends BundleFile {
  readonly sha256: string;
}

/** Computes the SHA-256 of a file in lower-case hexadecimal, block by block. Throws as {@link readStable} does. */
export async function hashFile(file: BundleFile, signal: AbortSignal | undefined): Promise<string> {
  return readAtRest(file, signal, async (handle, sizeBytes) => {
    assertFileSize(file, sizeBytes, MAX_FILE_BYTES);
    const hash = newSha256();
    const block = new Uint8Array(Math.min(sizeBytes, BLOCK_BYTES));
    for (let start = 0; start < sizeBytes; start += block.length) {
      throwIfAborted(signal, LegacyIoError);
      const target = block.subarray(0, Math.min(block.length, sizeBytes - start));
      if (!(await fill(handle, start, target))) {
        return undefined;
      }
      hash.update(target);
    }
    return () => hash.digest("hex");
  });
}

export interface StableRead<F extends BundleFile> {
  readonly file: F & ReadFile;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/**
 * Reads a file whole. If the file changes while it is being read, it is read once more, then given up.
 *
 * With `buffers`, the bytes are in borrowed memory; the caller gives them back.
 *
 * @throws LegacyIoError `io` if the file cannot be read, keeps changing or gives nothing for a minute, `not_supported` if it is too large, `aborted`.
 */
export async function readStable<F extends BundleFile>(
  file: F,
  signal: AbortSignal | undefined,
  buffers?: ReusedBuffers,
): Promise<StableRead<F>> {
  return readAtRest(file, signal, async (handle, sizeBytes) => {
    assertFileSize(file, sizeBytes, MAX_WHOLE_BYTES);
    const bytes = buffers?.take(sizeBytes) ?? new Uint8Array(sizeBytes);
    if (!(await fill(handle, 0, bytes))) {
      buffers?.give(bytes);
      return undefined;
    }
    return (mtimeNs) => ({ file: { ...file, sizeBytes, mtimeNs, sha256: sha256Of(bytes) }, bytes });
  });
}

/**
 * Reads as many bytes as the file had when it was opened. Returns a function that makes the result, or undefined if the
 * file ended early.
 */
type Read<T> = (handle: FileHandle, sizeBytes: number) => Promise<((mtimeNs: bigint) => T) | undefined>;

async function readAtRest<T>(file: BundleFile, signal: AbortSignal | undefined, read: Read<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    throwIfAborted(signal, LegacyIoError);
    const result = await tryReading(file, read);
    if (result !== undefined) {
      return result.value;
    }
    if (attempt === 2) {
      throw new LegacyIoError("io", `${file.relPath} changed during two attempts to read it`, {
        path: file.path,
      });
    }
  }
}

/** Returns undefined if the file's size or time changed while it was being read. */
async function tryReading<T>(
  { path: named, relPath, container: path = named }: BundleFile,
  read: Read<T>,
): Promise<{ readonly value: T } | undefined> {
  try {
    const handle = await opened(path);
    let isDone = false;
    try {
      const before = await inTime(handle.stat({ bigint: true }));
      const make = await read(handle, Number(before.size));
      const after = await inTime(stat(path, { bigint: true }));
      const isSame = before.mtimeNs === after.mtimeNs && before.size === after.size;
      isDone = true;
      return make !== undefined && isSame ? { value: make(after.mtimeNs) } : undefined;
    } finally {
      // Closing waits for a read that is still pending, which may never end.
      const closing = handle.close();
      await (isDone ? closing : closeInTheEnd(closing));
    }
  } catch (cause) {
    if (isLegacyIoError(cause, "aborted", "not_supported")) {
      throw cause;
    }
    const reason = isLegacyIoError(cause, "io") ? cause.message : systemErrorCode(cause);
    throw new LegacyIoError("io", `cannot read ${relPath}: ${reason}`, { path, found: reason, cause });
  }
}

/** Opens a file. One that opens after we gave up is closed again. */
async function opened(path: string): Promise<FileHandle> {
  const opening = openRegularFile(path);
  try {
    return await inTime(opening);
  } catch (error) {
    void opening.then(
      (handle) => handle.close(),
      () => undefined,
    );
    throw error;
  }
}

function closeInTheEnd(closing: Promise<void>): void {
  closing.catch(() => undefined);
}

/** Gives up a file that gives nothing, as a share that is gone does. Throws `io`. */
function inTime<T>(pending: Promise<T>, sizeBytes = 0): Promise<T> {
  const maxWaitMs = DEFAULT_TIFF_LIMITS.maxWaitMs * Math.max(1, sizeBytes / BYTES_OF_WAIT);
  return waitAtMost(pending, maxWaitMs, "the file");
}

/** Fills `bytes` from a file. Returns false if the file ends early. */
async function fill(handle: FileHandle, offset: number, bytes: Uint8Array): Promise<boolean> {
  for (let done = 0; done < bytes.length; ) {
    const length = Math.min(bytes.length - done, MAX_READ_BYTES);
    const { bytesRead } = await inTime(handle.read(bytes, done, length, offset + done), length);
    if (bytesRead === 0) {
      return false;
    }
    done += bytesRead;
  }
  return true;
}
