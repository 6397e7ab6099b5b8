// Defines `ByteSource`, through which the TIFF reader gets bytes from memory, a file or elsewhere.

import { LegacyIoError } from "../errors.ts";

/**
 * The bytes of a file, wherever they are: in memory, on disk, behind HTTP ranges.
 * `read` returns exactly `length` bytes or throws; it never pads with zeros. The result may be a view of shared memory, so a
 * reader must not write to it.
 */
export interface ByteSource {
  readonly sizeBytes: number;
  /** Throws `invalid_file` for a range outside the source, `io` if reading fails. */
  read(offset: number, length: number): Promise<Uint8Array>;
  /** Like `read`, but straight into `target`. Large runs are read this way if the source offers it. */
  readInto?(offset: number, target: Uint8Array): Promise<void>;
  /**
   * Like `read`, but into a new buffer that holds only these bytes: the reader may keep and change it. A source offers this if
   * it can skip clearing the buffer first.
   */
  readOwned?(offset: number, length: number): Promise<Uint8Array<ArrayBuffer>>;
}

/** Makes a source over bytes in memory. Reads are views, not copies. */
export function bytesSource(source: Uint8Array): ByteSource {
  // A Node `Buffer` is a Uint8Array whose `slice` does not copy, so use a plain one instead.
  const bytes = new Uint8Array(source.buffer, source.byteOffset, source.byteLength);
  const sizeBytes = bytes.byteLength;
  return {
    sizeBytes,
    read: async (offset, length) => {
      assertRangeInside(sizeBytes, offset, length);
      return bytes.subarray(offset, offset + length);
    },
    readInto: async (offset, target) => {
      assertRangeInside(sizeBytes, offset, target.byteLength);
      target.set(bytes.subarray(offset, offset + target.byteLength));
    },
  };
}

/** Throws `invalid_file` unless `[offset, offset + length)` lies inside a source of `sizeBytes`. */
export function assertRangeInside(sizeBytes: number, offset: number, length: number): void {
  const isInside =
    Number.isSafeInteger(offset) &&
    Number.isSafeInteger(length) &&
    offset >= 0 &&
    length >= 0 &&
    length <= sizeBytes - offset;
  if (!isInside) {
    throw new LegacyIoError(
      "invalid_file",
      `truncated: ${length} bytes at offset ${offset} do not lie inside a file of ${sizeBytes} bytes`,
      { offset, expected: length, found: Math.max(0, sizeBytes - offset) },
    );
  }
}

/** Reads straight into `target` if the source can, otherwise copies. */
export async function readInto(source: ByteSource, offset: number, target: Uint8Array): Promise<void> {
  if (source.readInto !== undefined) {
    await source.readInto(offset, target);
    return;
  }
  const bytes = await source.read(offset, target.byteLength);
  target.set(bytes);
}
