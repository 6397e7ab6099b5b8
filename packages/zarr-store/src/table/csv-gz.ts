import type { Table } from "apache-arrow";
import { inflate } from "../array/inflate.ts";
import { ZarrStoreError } from "../errors.ts";
import { gzip } from "../gzip.ts";
import { pythonFloatRepr } from "../json/python-float.ts";
import { inferCsvType, parseCsvCells } from "./csv-column.ts";
import { type CsvColumn, parseCsv, quoteCsvField } from "./csv-text.ts";
import { columnOf } from "./rows-of.ts";
import { tableFromColumns } from "./table-from-rows.ts";
import {
  type CellValue,
  type Column,
  maxColumns,
  parseTableSchema,
  type TableSchema,
} from "./table-schema.ts";

export interface EncodeCsvGzOptions {
  readonly signal?: AbortSignal | undefined;
}

export interface DecodeCsvGzOptions {
  /** The most bytes of CSV that are unpacked. Default 256 MiB. */
  readonly maxDecodedBytes?: number;
  /** The name of the file or key, for messages. */
  readonly where?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Writes a table as gzipped CSV: a header, lines that end in LF, every string in quotes, an empty field for a
 * null, `True` and `False`, the shortest floats (`1.0`, `1e-07`, `inf`). Equal tables give equal bytes.
 * @throws {ZarrStoreError} `not_supported`, naming the column, for a type without a counterpart here;
 * `invalid_argument` for a table without columns.
 */
export async function encodeCsvGz(
  table: Table,
  options: EncodeCsvGzOptions = {},
): Promise<Uint8Array<ArrayBuffer>> {
  options.signal?.throwIfAborted();
  const names = table.schema.fields.map((field) => field.name);
  if (names.length === 0) {
    throw new ZarrStoreError("invalid_argument", "CSV needs at least one column, found none");
  }
  const columns = names.map((name) => columnOf(table, name));
  const isFloat = table.schema.fields.map((field) => String(field.type).startsWith("Float"));
  const lines = [names.map(quoteHeader).join(",")];
  for (let row = 0; row < table.numRows; row += 1) {
    lines.push(
      columns.map((cells, index) => formatCell(cells[row] ?? null, isFloat[index] === true)).join(","),
    );
  }
  return gzip(new TextEncoder().encode(`${lines.join("\n")}\n`));
}

function quoteHeader(name: string): string {
  return /^[^",\r\n\ufeff]+$/.test(name) ? name : quoteCsvField(name);
}

function formatCell(cell: CellValue, isFloat: boolean): string {
  switch (typeof cell) {
    case "string":
      return quoteCsvField(cell);
    case "boolean":
      return cell ? "True" : "False";
    case "number":
      if (Number.isFinite(cell)) {
        return isFloat ? pythonFloatRepr(cell) : String(cell);
      }
      return cell > 0 ? "inf" : "-inf";
    case "bigint":
      return String(cell);
    default:
      return "";
  }
}

/**
 * Reads gzipped CSV. With a schema, the header has exactly its columns, in any order, and the table has its
 * types and its order. Without one, types are guessed with care: see {@link inferCsvType}.
 * @throws {ZarrStoreError} `invalid_file` for bytes that are no gzip, no UTF-8 or no CSV, or that unpack to more
 * than `maxDecodedBytes`; `schema_mismatch`, naming the column, for values or columns that do not fit.
 */
export async function decodeCsvGz(
  bytes: Uint8Array,
  schema?: TableSchema,
  options: DecodeCsvGzOptions = {},
): Promise<Table> {
  options.signal?.throwIfAborted();
  const where = options.where ?? "the file";
  const text = await unpackText(bytes, options.maxDecodedBytes ?? 256 * 1024 * 1024, where);
  options.signal?.throwIfAborted();
  const found = parseCsv(text, where);
  const { columns } = schema === undefined ? inferSchema(found, where) : parseTableSchema(schema);
  checkHeader(found, columns, where);
  const cells = columns.map((column): [string, readonly CellValue[]] => {
    const source = found.find(({ name }) => name === column.name);
    if (source === undefined) {
      throw headerError(
        "schema_mismatch",
        where,
        `a column ${column.name}`,
        found.map(({ name }) => name).join(", "),
      );
    }
    return [column.name, parseCsvCells(column, source, where)];
  });
  return tableFromColumns({ columns }, Object.fromEntries(cells), found[0]?.cells.length ?? 0);
}

function checkHeader(found: readonly CsvColumn[], columns: readonly Column[], where: string): void {
  const seen = new Set<string>();
  for (const { name } of found) {
    if (seen.has(name)) {
      throw headerError("invalid_file", where, "each column once", `${name} again`);
    }
    seen.add(name);
  }
  const known = new Set(columns.map((column) => column.name));
  const extra = found.find(({ name }) => !known.has(name));
  if (extra !== undefined) {
    throw headerError("schema_mismatch", where, "the columns of the schema", extra.name);
  }
}

function inferSchema(found: readonly CsvColumn[], where: string): TableSchema {
  if (found.length > maxColumns) {
    throw headerError("invalid_file", where, `at most ${maxColumns} columns`, String(found.length));
  }
  return { columns: found.map((column) => ({ name: column.name, type: inferCsvType(column) })) };
}

function headerError(
  code: "invalid_file" | "schema_mismatch",
  where: string,
  expected: string,
  found: string,
): ZarrStoreError {
  return new ZarrStoreError(code, `header of ${where}: expected ${expected}, found ${found}`, {
    path: where,
    expected,
    found,
  });
}

async function unpackText(bytes: Uint8Array, maxDecodedBytes: number, where: string): Promise<string> {
  try {
    const unpacked = await inflate(bytes, "gzip", maxDecodedBytes);
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(unpacked);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new ZarrStoreError(
      "invalid_file",
      `${where} is no gzipped UTF-8 text of at most ${maxDecodedBytes} bytes: ${reason}`,
      {
        path: where,
        found: reason,
        cause,
      },
    );
  }
}
