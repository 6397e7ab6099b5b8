// Errors that concern a single file of a store: too large, unreadable, or unpacked by a web server.

import { isZarrStoreError, ZarrStoreError } from "../errors.ts";

/** The most bytes that one read and `createHash` accept. A file can claim more at no cost, because it may be sparse. */
const MAX_VALUE_BYTES = 2 ** 31 - 1;

/** What `found` is in the error of a value that is too large. */
export const TOO_LARGE = "EFBIG";

/**
 * Refuses a value that is too large to be read whole, before memory is allocated for it.
 *
 * @throws {ZarrStoreError} `io`, with `EFBIG` as `found`
 */
export function assertReadable(path: string, sizeBytes: number): void {
  if (sizeBytes > MAX_VALUE_BYTES) {
    throw new ZarrStoreError("io", `cannot read ${path}: it is too large (${sizeBytes} bytes)`, {
      path,
      expected: MAX_VALUE_BYTES,
      found: TOO_LARGE,
    });
  }
}

/** Whether a value was too large to read. No commit wrote such a value. */
export function isTooLarge(error: unknown): error is ZarrStoreError {
  return isZarrStoreError(error, "io") && error.details.found === TOO_LARGE;
}

/** The `Content-Encoding` of a `.gz` file that a web server makes the client unpack. */
export const UNPACKED_ON_THE_WAY = "gzip";

/** Whether a web server made the client unpack a `.gz` file, so that the bytes of the file itself cannot be read. */
export function isUnpackedOnTheWay(error: unknown): error is ZarrStoreError {
  return isZarrStoreError(error, "io") && error.details.found === UNPACKED_ON_THE_WAY;
}

/** Errors of a file system about one file: a bad sector, its mode, its size. */
const OF_ONE_FILE: ReadonlySet<unknown> = new Set(["EIO", "EACCES", "EPERM", TOO_LARGE]);

/** Whether only one file cannot be read, while the rest of the store may be sound. */
export function isUnreadable(error: unknown): error is ZarrStoreError {
  return isZarrStoreError(error, "io") && OF_ONE_FILE.has(error.details.found);
}
