import { type CellValue, columnOf, type DatasetContents, type TableSchema } from "@kym/zarr-store";
import { LegacyIoError } from "./errors.ts";

/** What {@link readCsv} allows by default. */
const MAX_ROW_BYTES = 2 ** 20;
const MAX_BYTES = 2 ** 29;
const ROWS_A_PART = 256;

type Table = Awaited<ReturnType<DatasetContents["loadTable"]>>;

/**
 * RFC 4180 that {@link readCsv} with the same schema reads back value for value: floats with the shortest digits that
 * mean the same number, NULL empty, an empty text `""`. No cell is altered for spreadsheets.
 * Throws `invalid_argument` for what {@link canWriteCsv} refuses.
 */
export function writeCsv(table: Table, schema: TableSchema): Uint8Array<ArrayBuffer> {
  const bytes = writeCsvIfPossible(table, schema);
  if (bytes === undefined) {
    throw new LegacyIoError("invalid_argument", "a table that CSV cannot hold", {
      found: schema.columns.map(({ name }) => name),
    });
  }
  return bytes;
}

/**
 * False for what would not be read back: no column at all, a single column with NULLs (which would be empty lines), texts
 * with NUL or half a surrogate pair, and what is too long for {@link readCsv}, a row or the whole.
 */
export function canWriteCsv(table: Table, schema: TableSchema): boolean {
  return canHold(cellsOf(table, schema), schema);
}

/** As `writeCsv`; undefined for what `canWriteCsv` refuses. The cells are gone through once. */
export function writeCsvIfPossible(table: Table, schema: TableSchema): Uint8Array<ArrayBuffer> | undefined {
  const columns = cellsOf(table, schema);
  if (!canHold(columns, schema)) {
    return undefined;
  }
  const texts = columns.map(textsOf);
  const parts: string[] = [`${schema.columns.map(({ name }) => textCell(name)).join(",")}\n`];
  for (let start = 0; start < table.numRows; start += ROWS_A_PART) {
    parts.push(joinRows(texts, start, Math.min(table.numRows, start + ROWS_A_PART)));
  }
  return new TextEncoder().encode(parts.join(""));
}

function cellsOf(table: Table, schema: TableSchema): readonly (readonly CellValue[])[] {
  return schema.columns.map(({ name }) => columnOf(table, name));
}

function canHold(columns: readonly (readonly CellValue[])[], schema: TableSchema): boolean {
  const [first] = columns;
  if (first === undefined || (columns.length === 1 && first.includes(null))) {
    return false;
  }
  const headerBytes = schema.columns.reduce((sum, { name }) => sum + mostBytes(name), 0);
  const rowBytes = new Float64Array(first.length);
  for (const column of columns) {
    let above: CellValue = null;
    let bytes = mostBytes(above);
    for (let row = 0; row < column.length; row++) {
      const value = column[row] ?? null;
      bytes = value === above ? bytes : mostBytes(value);
      rowBytes[row] = (rowBytes[row] ?? 0) + bytes;
      above = value;
    }
  }
  let sizeBytes = headerBytes;
  let longest = headerBytes;
  for (const bytes of rowBytes) {
    longest = Math.max(longest, bytes);
    sizeBytes += bytes;
  }
  return longest <= MAX_ROW_BYTES && sizeBytes <= MAX_BYTES;
}

/** An upper bound: a UTF-16 unit takes at most three bytes. Infinite for a text that CSV has no form for. */
function mostBytes(value: CellValue): number {
  if (typeof value !== "string") {
    return 27;
  }
  return value.includes("\0") || !value.isWellFormed() ? Number.POSITIVE_INFINITY : value.length * 3 + 3;
}

/** A cell like the one above it is not written again: whole columns are constant. */
function textsOf(column: readonly CellValue[]): readonly string[] {
  const texts = new Array<string>(column.length);
  let above: CellValue = null;
  let text = "";
  for (let row = 0; row < column.length; row++) {
    const value = column[row] ?? null;
    text = Object.is(value, above) ? text : cellText(value);
    texts[row] = text;
    above = value;
  }
  return texts;
}

function joinRows(columns: readonly (readonly string[])[], start: number, stop: number): string {
  let text = "";
  for (let row = start; row < stop; row++) {
    for (let index = 0; index < columns.length; index++) {
      text += index === 0 ? "" : ",";
      text += columns[index]?.[row] ?? "";
    }
    text += "\n";
  }
  return text;
}

function cellText(value: CellValue): string {
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
