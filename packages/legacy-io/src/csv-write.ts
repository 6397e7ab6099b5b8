import { type CellValue, columnOf, type DatasetContents, type TableSchema } from "@kym/zarr-store";
import { LegacyIoError } from "./errors.ts";

/** What {@link readCsv} allows by default. */
const MAX_ROW_BYTES = 2 ** 20;
const MAX_BYTES = 2 ** 29;

type Table = Awaited<ReturnType<DatasetContents["loadTable"]>>;

/**
 * RFC 4180 that {@link readCsv} with the same schema reads back value for value: floats with the shortest digits that
 * mean the same number, NULL empty, an empty text `""`. No cell is altered for spreadsheets.
 * Throws `invalid_argument` for what {@link canWriteCsv} refuses.
 */
export function writeCsv(table: Table, schema: TableSchema): Uint8Array<ArrayBuffer> {
  const columns = schema.columns.map(({ name }) => columnOf(table, name));
  if (!canWriteCsv(table, schema)) {
    throw new LegacyIoError("invalid_argument", "a table that CSV cannot hold", {
      found: schema.columns.map(({ name }) => name),
    });
  }
  const parts: string[] = [`${schema.columns.map(({ name }) => textCell(name)).join(",")}\n`];
  for (let row = 0; row < table.numRows; row++) {
    parts.push(`${columns.map((column) => cell(column[row] ?? null)).join(",")}\n`);
  }
  return new TextEncoder().encode(parts.join(""));
}

/**
 * False for what would not be read back: no column at all, a single column with NULLs (which would be empty lines), texts
 * with NUL or half a surrogate pair, and what is too long for {@link readCsv}, a row or the whole.
 */
export function canWriteCsv(table: Table, schema: TableSchema): boolean {
  const columns = schema.columns.map(({ name }) => columnOf(table, name));
  if (columns.length === 0 || (columns.length === 1 && columns[0]?.includes(null) === true)) {
    return false;
  }
  let sizeBytes = mostBytes(schema.columns.map(({ name }) => name));
  let longest = sizeBytes;
  for (let row = 0; row < table.numRows; row++) {
    const rowBytes = mostBytes(columns.map((column) => column[row] ?? null));
    longest = Math.max(longest, rowBytes);
    sizeBytes += rowBytes;
  }
  return longest <= MAX_ROW_BYTES && sizeBytes <= MAX_BYTES;
}

/** An upper bound: a UTF-16 unit takes at most three bytes. Infinite for a text that CSV has no form for. */
function mostBytes(cells: readonly CellValue[]): number {
  return cells.reduce<number>((sum, value) => {
    if (typeof value !== "string") {
      return sum + 27;
    }
    return value.includes("\0") || !value.isWellFormed()
      ? Number.POSITIVE_INFINITY
      : sum + value.length * 3 + 3;
  }, 0);
}

function cell(value: CellValue): string {
  if (value === null) {
    return "";
  }
  if (typeof value === "string") {
    return textCell(value);
  }
  return Object.is(value, -0) ? "-0.0" : String(value);
}

function textCell(text: string): string {
  return text === "" || /[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
