import { isZarrStoreError, ZarrStoreError } from "../errors.ts";

/** Neither `createHash` nor one read takes more; and a sparse file of a terabyte costs nothing to make. */
const MAX_VALUE_BYTES = 2 ** 31 - 1;

/** @throws {ZarrStoreError} `io` for a value that is too large to be read whole, before it costs memory */
export function assertReadable(path: string, sizeBytes: number): void {
  if (sizeBytes > MAX_VALUE_BYTES) {
    throw new ZarrStoreError("io", `cannot read ${path}: ${sizeBytes} bytes are too many`, {
      path,
      expected: MAX_VALUE_BYTES,
      found: "EFBIG",
    });
  }
}

/** No commit wrote such a value. */
export function isTooLarge(error: unknown): error is ZarrStoreError {
  return isZarrStoreError(error, "io") && error.details.found === "EFBIG";
}

/** What a web server calls a `.gz` file that it lets the client unpack. */
export const UNPACKED_ON_THE_WAY = "gzip";

/** Whether a web server sent a `.gz` file so that the client unpacked it: the bytes of the file cannot be had. */
export function isUnpackedOnTheWay(error: unknown): error is ZarrStoreError {
  return isZarrStoreError(error, "io") && error.details.found === UNPACKED_ON_THE_WAY;
}

/** What a file system says of one file: a bad sector, a mode, a size. */
const OF_ONE_FILE: ReadonlySet<unknown> = new Set(["EIO", "EACCES", "EPERM", "EFBIG"]);

/** True where a store as a whole may be sound, and one of its files cannot be read. */
export function isUnreadable(error: unknown): error is ZarrStoreError {
  return isZarrStoreError(error, "io") && OF_ONE_FILE.has(error.details.found);
}
