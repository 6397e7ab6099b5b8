// Reads a lab's CSV with the reader of `@kym/zarr-store`, and reports its errors as errors of this package.

import { isZarrStoreError } from "@kym/zarr-store/runtime";
import { type CsvTable, type ReadCsvOptions, readCsv } from "@kym/zarr-store/table/reading";
import { LegacyIoError } from "../errors.ts";

const CODES = ["invalid_file", "schema_mismatch"] as const;

/** Like `readCsv` of `@kym/zarr-store`. Throws `LegacyIoError`: `invalid_file` or `schema_mismatch`, with the line. */
export function readSidecarCsv(bytes: Uint8Array, options: ReadCsvOptions = {}): CsvTable {
  try {
    return readCsv(bytes, options);
  } catch (error) {
    const code = CODES.find((known) => isZarrStoreError(error, known));
    if (code === undefined || !isZarrStoreError(error)) {
      throw error;
    }
    const { line, offset, expected, found } = error.details;
    throw new LegacyIoError(code, error.message, {
      ...(options.where !== undefined && { path: options.where }),
      ...(line !== undefined && { line }),
      ...(offset !== undefined && { offset }),
      expected,
      found,
      cause: error,
    });
  }
}
