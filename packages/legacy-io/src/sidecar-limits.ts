// How much of a sidecar is parsed, so that no file of a lab fills the memory.

import { LegacyIoError } from "./errors.ts";

/** A larger text becomes an attachment unparsed: parsed it may take thirty times its size. An array of NumPy takes only its own. */
export const MAX_SIDECAR_BYTES: number = 32 * 2 ** 20;
/** Values, arrays and objects of one JSON file. Each takes up to 200 bytes. */
export const MAX_SIDECAR_NODES: number = 2 ** 20;
/** Rows × columns of one table. Each takes up to 40 bytes while it is read. */
export const MAX_SIDECAR_CELLS: number = 2 ** 22;
/** What the pages of a Parquet file unpack to. A table in memory takes some times that. */
export const MAX_UNPACKED_BYTES: number = 64 * 2 ** 20;

/** @throws {LegacyIoError} `not_supported` for a file that is not parsed because of its size */
export function assertParsedSize(sizeBytes: number, where: string): void {
  if (sizeBytes > MAX_SIDECAR_BYTES) {
    throw new LegacyIoError(
      "not_supported",
      `${where} has ${sizeBytes} bytes of text; at most ${MAX_SIDECAR_BYTES} are parsed`,
      { path: where, expected: MAX_SIDECAR_BYTES, found: sizeBytes },
    );
  }
}
