// The columns of the ledger, `tables/sources.parquet`, which says which file each image came from.

import { ZarrStoreError } from "../../errors.ts";
import type { CellValue, Row, TableSchema } from "../../table/table-schema.ts";

/**
 * One row of the ledger of ingested files, `tables/sources.parquet`. If a path has several rows, the last one is the
 * newest.
 */
export interface SourceRow {
  /** Absolute path of the file. */
  readonly source_primary_path: string;
  readonly image_id: string;
  readonly source_mtime_ns: bigint;
  readonly source_size_bytes: bigint;
  readonly ingested_epoch_ns: bigint;
  /** SHA-256 of the file's bytes; null if an older system did not record it. */
  readonly source_sha256: string | null;
  /** Path relative to the ingested folder, with `/`. */
  readonly source_rel_path: string | null;
}

/**
 * The columns of the ledger. The first five are always there; the others were added later and may be missing in older
 * files.
 */
export const SOURCES_COLUMNS: readonly (keyof SourceRow)[] = [
  "source_primary_path",
  "image_id",
  "source_mtime_ns",
  "source_size_bytes",
  "ingested_epoch_ns",
  "source_sha256",
  "source_rel_path",
];

export const SOURCES_TABLE = "sources";

/** The schema of the ledger: one row for each ingested file, times in nanoseconds since 1970. */
export const SOURCES_SCHEMA: TableSchema = {
  columns: [
    { name: "source_primary_path", type: "utf8", nullable: false },
    { name: "image_id", type: "utf8", nullable: false },
    { name: "source_mtime_ns", type: "int64", nullable: false, unit: "ns" },
    { name: "source_size_bytes", type: "int64", nullable: false, unit: "bytes" },
    { name: "ingested_epoch_ns", type: "int64", nullable: false, unit: "ns" },
    { name: "source_sha256", type: "utf8" },
    { name: "source_rel_path", type: "utf8" },
  ],
};

/**
 * Checks a row of unknown origin. An integer number, or a text of digits, becomes a bigint.
 *
 * @throws {ZarrStoreError} `schema_mismatch` that names the first column that is missing or has another type
 */
export function parseSourceRow(row: Row): SourceRow {
  return {
    source_primary_path: textOf(row, "source_primary_path"),
    image_id: textOf(row, "image_id"),
    source_mtime_ns: integerOf(row, "source_mtime_ns"),
    source_size_bytes: integerOf(row, "source_size_bytes"),
    ingested_epoch_ns: integerOf(row, "ingested_epoch_ns"),
    source_sha256: optionalTextOf(row, "source_sha256"),
    source_rel_path: optionalTextOf(row, "source_rel_path"),
  };
}

/** A text cell of a table. Not a JSON field: a cell is named by its column and may be NULL. */
function textOf(row: Row, column: keyof SourceRow): string {
  const value = row[column];
  if (typeof value !== "string") {
    throw mismatch(column, "text", value);
  }
  return value;
}

function optionalTextOf(row: Row, column: keyof SourceRow): string | null {
  const value = row[column] ?? null;
  if (value !== null && typeof value !== "string") {
    throw mismatch(column, "text or NULL", value);
  }
  return value;
}

function integerOf(row: Row, column: keyof SourceRow): bigint {
  const value = row[column];
  if (typeof value === "bigint") {
    return value;
  }
  if (typeof value === "number" && Number.isSafeInteger(value)) {
    return BigInt(value);
  }
  if (typeof value === "string" && /^-?\d{1,19}$/.test(value)) {
    return BigInt(value);
  }
  throw mismatch(column, "an integer", value);
}

function mismatch(column: keyof SourceRow, expected: string, found: CellValue | undefined): ZarrStoreError {
  return new ZarrStoreError(
    "schema_mismatch",
    found === undefined
      ? `sources: the column ${column} is missing`
      : `sources: ${column} is not ${expected}`,
    { path: column, expected, found },
  );
}

/** What makes two rows describe the same file: its hash and path. */
export function sourceIdentity(row: SourceRow): string {
  return `${row.source_sha256 ?? ""} ${row.source_primary_path}`;
}
