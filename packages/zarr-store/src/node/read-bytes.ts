import type { FileHandle } from "node:fs/promises";
import type { ByteRange } from "../store/key-value-store.ts";
import { errnoOf } from "./errno.ts";

/** The bytes of a range in an array of their own, fewer if the file ends before. */
export async function readBytes(file: FileHandle, range: ByteRange): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(range.length);
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

/** What is read at once without a look at the file. */
const MAX_EXPECTED_BYTES = 1 << 18;
/** What the reading of directories, pipes and sockets fails with. */
const IS_NO_FILE: ReadonlySet<string | undefined> = new Set([
  "EISDIR",
  "ESPIPE",
  "EAGAIN",
  "EINVAL",
  "ENXIO",
]);

/**
 * The whole of a file that is exactly so long, by one read; undefined for any other, and for what cannot be read so.
 */
export async function readExpected(
  file: FileHandle,
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
    // A directory, or a pipe: the careful way finds out what it is.
    if (IS_NO_FILE.has(errnoOf(error))) {
      return undefined;
    }
    throw error;
  }
}
