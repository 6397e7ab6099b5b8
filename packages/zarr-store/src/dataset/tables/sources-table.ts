import { ZarrStoreError } from "../../errors.ts";
import type { CellValue, Row, TableSchema } from "../../table/table-schema.ts";

/** One row of `tables/sources.parquet`, the ledger of ingested files; the last row of a path is the newest. */
export interface SourceRow {
  /** Absolute path of the file. */
  readonly source_primary_path: string;
  readonly image_id: string;
  readonly source_mtime_ns: bigint;
  readonly source_size_bytes: bigint;
  readonly ingested_epoch_ns: bigint;
  /** Of the file's bytes; null where an older system did not know it. */
  readonly source_sha256: string | null;
  /** Relative to the folder that was ingested, with `/`. */
  readonly source_rel_path: string | null;
}

/** The first five are those of ticket 6; the others came later and may be absent in what is read. */
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

/** Where each image came from: a row an ingested file, its times in nanoseconds since 1970. */
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
 * Checks a row of unknown origin, with safe coercion: an integer number or its digits become a bigint.
 *
 * @throws {ZarrStoreError} `schema_mismatch` naming the first column that is missing or of another type
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

/** A cell of a table, which is named by its column and may hold NULL; not a field of JSON. */
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
