// Reads a lab's CSV with the reader of `@kym/zarr-store`, and reports its errors as errors of this package.

import { isZarrStoreError } from "@kym/zarr-store/runtime";
import { type CsvTable, type ReadCsvOptions, readCsv } from "@kym/zarr-store/table/reading";
import { LegacyIoError } from "../errors.ts";
import { MAX_SIDECAR_CELLS } from "../sidecar-limits.ts";

const CODES = ["invalid_file", "schema_mismatch"] as const;

/** Like `readCsv` of `@kym/zarr-store`. Throws `LegacyIoError`: `invalid_file` or `schema_mismatch`, with the line. */
export function readSidecarCsv(bytes: Uint8Array, options: ReadCsvOptions = {}): CsvTable {
  try {
    return readCsv(bytes, { maxCells: MAX_SIDECAR_CELLS, ...options });
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

/** What the report of an ingest says of how a CSV was read. */
export function warningsOfCsv({ assumedEncoding }: CsvTable): readonly string[] {
  return assumedEncoding === undefined
    ? []
    : [
        "its text is not UTF-8 and does not say what it is: it is read as Windows-1252, as Excel on Windows writes it",
      ];
}
