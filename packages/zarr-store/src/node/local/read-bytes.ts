// Reads a range of bytes, or a whole small file, from an open file.

import type { ByteRange } from "../../store/key-value-store.ts";
import type { OpenFile } from "./blocking-files.ts";
import { errnoOf } from "./errno.ts";

/** Returns the bytes of a range in a new array, or in the `memory` that is given; fewer if the file ends before. */
export async function readBytes(
  file: Pick<OpenFile, "read">,
  range: ByteRange,
  allocate: (sizeBytes: number) => Uint8Array<ArrayBuffer> = newMemory,
): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = allocate(range.length);
  let filled = 0;
  while (filled < range.length) {
    const { bytesRead } = await file.read(bytes, filled, range.length - filled, range.offset + filled);
    if (bytesRead === 0) {
      return bytes.slice(0, filled);
    }
    filled += bytesRead;
  }
  return bytes;
}

/** Every byte is read into, or cut off, so that none must be zero before. */
function newMemory(sizeBytes: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Buffer.allocUnsafeSlow(sizeBytes).buffer);
}

/** The most bytes that are read without first asking for the size of the file. */
const MAX_EXPECTED_BYTES = 1 << 18;
/** Errors from reading a directory, a pipe or a socket. */
const IS_NO_FILE: ReadonlySet<string | undefined> = new Set([
  "EISDIR",
  "ESPIPE",
  "EAGAIN",
  "EINVAL",
  "ENXIO",
]);

/**
 * Reads a file of exactly the expected length in one read.
 *
 * @returns undefined if the length differs, or if it is not a regular file
 */
export async function readExpected(
  file: Pick<OpenFile, "read">,
  expectedBytes: number,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  if (expectedBytes <= 0 || expectedBytes > MAX_EXPECTED_BYTES) {
    return undefined;
  }
  const bytes = new Uint8Array(expectedBytes + 1);
  try {
    const { bytesRead } = await file.read(bytes, 0, bytes.length, 0);
    return bytesRead === expectedBytes ? bytes.slice(0, bytesRead) : undefined;
  } catch (error) {
    // A directory or a pipe: the caller finds out which.
    if (IS_NO_FILE.has(errnoOf(error))) {
      return undefined;
    }
    throw error;
  }
}
