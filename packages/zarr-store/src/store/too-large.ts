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

/** No commit wrote such a value: it is damage, as far as it is not somebody's file. */
export function isTooLarge(error: unknown): error is ZarrStoreError {
  return isZarrStoreError(error, "io") && error.details.found === "EFBIG";
}
