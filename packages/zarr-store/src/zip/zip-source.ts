// Bytes of known length that are read in ranges: a file, a file on a web server, or memory.

import type { ReadOptions } from "../runtime/read-options.ts";

/** A file that is read in ranges. Its content must not change while it is used. */
export interface ZipSource {
  /** The name in messages: a path or a URL. */
  readonly location: string;
  readonly sizeBytes: number;
  /** Returns exactly `length` bytes from `offset`. The caller asks for no range beyond the end. */
  read(offset: number, length: number, options?: ReadOptions): Promise<Uint8Array<ArrayBuffer>>;
}

/** Bytes in memory as a source. */
export function zipSourceOf(location: string, bytes: Uint8Array): ZipSource {
  return {
    location,
    sizeBytes: bytes.length,
    read: (offset, length) => Promise.resolve(bytes.slice(offset, offset + length)),
  };
}
