// Reads and writes tables as gzipped CSV, the format of a `.csv.gz` artifact.

import type { Table } from "apache-arrow";
import { gzip } from "../../bytes/gzip.ts";
import { inflate } from "../../bytes/inflate.ts";
import { ZarrStoreError } from "../../errors.ts";
import { columnOf } from "../rows/rows-of.ts";
import { tableFromColumns } from "../rows/table-from-rows.ts";
import { parseTableSchema, type TableSchema } from "../table-schema.ts";
import { readCsv } from "./read-csv.ts";
import { csvText } from "./write-csv.ts";

export interface EncodeCsvGzOptions {
  readonly signal?: AbortSignal | undefined;
}

export interface DecodeCsvGzOptions {
  /** The most bytes of CSV to unpack. Default 256 MiB. */
  readonly maxDecodedBytes?: number;
  /** The name of the file or key, for messages. */
  readonly where?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Writes a table as gzipped CSV in the `lossless` dialect. Equal tables give equal bytes.
 *
 * @throws {ZarrStoreError} `not_supported`, naming the column, for a type without a counterpart here;
 * `invalid_argument` for a table without columns.
 */
export async function encodeCsvGz(
  table: Table,
  options: EncodeCsvGzOptions = {},
): Promise<Uint8Array<ArrayBuffer>> {
  options.signal?.throwIfAborted();
  const { fields } = table.schema;
  if (fields.length === 0) {
    throw new ZarrStoreError("invalid_argument", "CSV needs at least one column, found none");
  }
  const columns = fields.map(({ name, type }) => {
    return { name, isFloat: String(type).startsWith("Float"), values: columnOf(table, name) };
  });
  return gzip(new TextEncoder().encode(csvText(columns, table.numRows, "lossless")));
}

/**
 * Reads gzipped CSV, as {@link readCsv} reads CSV. A row may be as long as the whole file.
 *
 * With a schema, the titles must be exactly its columns, in any order. The table has the types and order of the schema.
 *
 * @throws {ZarrStoreError} `invalid_file` if the bytes are not gzip, UTF-8 and CSV, or unpack to more than
 * `maxDecodedBytes`; `schema_mismatch`, naming the column, for values or columns that do not fit.
 */
export async function decodeCsvGz(
  bytes: Uint8Array,
  schema?: TableSchema,
  options: DecodeCsvGzOptions = {},
): Promise<Table> {
  options.signal?.throwIfAborted();
  const { where = "the file", maxDecodedBytes: maxBytes = 256 * 1024 * 1024 } = options;
  const wanted = schema && parseTableSchema(schema);
  const csv = await unpack(bytes, maxBytes, where);
  options.signal?.throwIfAborted();
  const found = readCsv(csv, { schema: wanted, where, maxBytes, maxRowBytes: maxBytes });
  if (wanted !== undefined) {
    checkNames(namesOf(found.schema), namesOf(wanted), where);
  }
  return tableFromColumns(wanted ?? found.schema, found.columns, found.rowCount);
}

function namesOf({ columns }: TableSchema): readonly string[] {
  return columns.map(({ name }) => name);
}

function checkNames(found: readonly string[], wanted: readonly string[], where: string): void {
  const extra = found.find((name) => !wanted.includes(name));
  if (extra !== undefined) {
    throw namesError(where, "the columns of the schema", extra);
  }
  const missing = wanted.find((name) => !found.includes(name));
  if (missing !== undefined) {
    throw namesError(where, `a column ${missing}`, found.join(", "));
  }
}

function namesError(where: string, expected: string, found: string): ZarrStoreError {
  return new ZarrStoreError("schema_mismatch", `titles of ${where}: expected ${expected}, found ${found}`, {
    path: where,
    expected,
    found,
  });
}

async function unpack(bytes: Uint8Array, maxBytes: number, where: string): Promise<Uint8Array> {
  try {
    return await inflate(bytes, { format: "gzip", maxBytes });
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new ZarrStoreError(
      "invalid_file",
      `${where} is not gzipped text of at most ${maxBytes} bytes: ${reason}`,
      { path: where, found: reason, cause },
    );
  }
}
