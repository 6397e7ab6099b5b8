// Upper bounds for the size of files that are read.

import { LegacyIoError } from "../../errors.ts";

/** Largest file that is read into memory; the limit of Node's `readFile`. */
export const MAX_WHOLE_BYTES: number = 2 ** 31 - 1;

/** Largest file that is read block by block. A sparse file of a terabyte is made in no time but takes an hour to read. */
export const MAX_FILE_BYTES: number = 2 ** 36;

/**
 * Refuses a file that is too large. The message names it by `relPath`, its path relative to the folder that is read.
 *
 * @throws LegacyIoError `not_supported`.
 */
export function assertFileSize(
  { path, relPath }: { readonly path: string; readonly relPath: string },
  sizeBytes: number,
  limitBytes: number,
): void {
  if (sizeBytes > limitBytes) {
    throw new LegacyIoError(
      "not_supported",
      `${relPath} has ${sizeBytes} bytes; the limit is ${limitBytes}`,
      { path, expected: limitBytes, found: sizeBytes },
    );
  }
}
