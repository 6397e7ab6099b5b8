import { LegacyIoError } from "../errors.ts";

/**
 * A file's bytes, wherever they are: memory, a file, an HTTP range.
 * `read` gives exactly `length` bytes or throws; it never fills up with zeros.
 * The bytes it returns may be a view of memory that others see: they are read, not written.
 */
export interface ByteSource {
  readonly sizeBytes: number;
  /** Errors: `invalid_file` for a range outside the source, `io`. */
  read(offset: number, length: number): Promise<Uint8Array>;
  /** As `read`, straight into `target`; what a reader of large runs uses, where there is one. */
  readInto?(offset: number, target: Uint8Array): Promise<void>;
  /**
   * As `read`, into a buffer that begins and ends with these bytes and that nobody else has: the reader may keep and change
   * it. What a source offers that can do without clearing the buffer first.
   */
  readOwned?(offset: number, length: number): Promise<Uint8Array<ArrayBuffer>>;
}

/** A source over bytes in memory. Reads are views, not copies. */
export function bytesSource(source: Uint8Array): ByteSource {
  // A Node `Buffer` is a Uint8Array whose `slice` does not copy; what is handed on is a plain one.
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

/** Reads straight into `target` where the source can, else by a copy. */
export async function readInto(source: ByteSource, offset: number, target: Uint8Array): Promise<void> {
  if (source.readInto !== undefined) {
    await source.readInto(offset, target);
    return;
  }
  const bytes = await source.read(offset, target.byteLength);
  target.set(bytes);
}
