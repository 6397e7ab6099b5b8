// The CSV writer, in each dialect of csv-dialect.ts.

import type { Table } from "apache-arrow";
import { ZarrStoreError } from "../../errors.ts";
import { columnOf } from "../rows/rows-of.ts";
import type { CellValue, TableSchema } from "../table-schema.ts";
import { CSV_SPELLINGS, type CsvDialect, type CsvSpelling, spellCsvCell } from "./csv-dialect.ts";

/** The limits of `readCsv` by default. */
const MAX_ROW_BYTES = 2 ** 20;
const MAX_BYTES = 2 ** 28;
const ROWS_A_PART = 256;

export interface WriteCsvOptions {
  /** Default `lossless`. */
  readonly dialect?: CsvDialect | undefined;
}

/** The cells of one column to write. */
export interface CsvTextColumn {
  readonly name: string;
  /** True for a column of floats, in which some dialects write whole numbers with a point. Default false. */
  readonly isFloat?: boolean | undefined;
  readonly values: readonly CellValue[];
}

/**
 * Writes a table as CSV.
 *
 * From the `lossless` dialect `readCsv` gets every value back, and the types too, with two exceptions: `int32` becomes
 * `int64`, and a column without values loses its type. Give `readCsv` the schema to keep those.
 *
 * @throws {ZarrStoreError} `invalid_argument` if `writeCsvIfPossible` returns undefined.
 */
export function writeCsv(
  table: Table,
  schema: TableSchema,
  options: WriteCsvOptions = {},
): Uint8Array<ArrayBuffer> {
  const bytes = writeCsvIfPossible(table, schema, options);
  if (bytes === undefined) {
    throw new ZarrStoreError("invalid_argument", "CSV cannot hold this table", {
      found: schema.columns.map(({ name }) => name),
    });
  }
  return bytes;
}

/**
 * Writes a table like `writeCsv`. Returns undefined for a table that other programs could not read back:
 *
 * - a table without columns;
 * - a single column with NULLs, because most programs skip empty lines;
 * - text with NUL or half a surrogate pair;
 * - a row of more than 1 MiB or a file of more than 256 MiB, the limits of `readCsv`. Sizes are estimated from above.
 */
export function writeCsvIfPossible(
  table: Table,
  schema: TableSchema,
  options: WriteCsvOptions = {},
): Uint8Array<ArrayBuffer> | undefined {
  const columns = schema.columns.map(({ name, type }): CsvTextColumn => {
    return { name, isFloat: type === "float64", values: columnOf(table, name) };
  });
  return canHold(columns)
    ? new TextEncoder().encode(csvText(columns, table.numRows, options.dialect ?? "lossless"))
    : undefined;
}

/**
 * Writes the text of a CSV without checking what its columns hold.
 *
 * A row whose only cell is empty is `""`, because pandas and pyarrow skip an empty line. In `lossless`, where `""` is an empty
 * text, it stays an empty line.
 */
export function csvText(columns: readonly CsvTextColumn[], rowCount: number, dialect: CsvDialect): string {
  const spelling = CSV_SPELLINGS[dialect];
  const isAlone = columns.length === 1 && dialect !== "lossless";
  const texts = columns.map((column) => {
    const cells = textsOf(column, spelling);
    return isAlone ? cells.map((text) => text || '""') : cells;
  });
  const parts: string[] = [`${columns.map(({ name }) => spelling.title(name)).join(spelling.separator)}\n`];
  for (let start = 0; start < rowCount; start += ROWS_A_PART) {
    parts.push(joinRows(texts, spelling.separator, start, Math.min(rowCount, start + ROWS_A_PART)));
  }
  return parts.join("");
}

function canHold(columns: readonly CsvTextColumn[]): boolean {
  const [first] = columns;
  if (first === undefined || (columns.length === 1 && first.values.includes(null))) {
    return false;
  }
  const headerBytes = columns.reduce((sum, { name }) => sum + mostBytes(name), 0);
  const rowBytes = new Float64Array(first.values.length);
  for (const { values } of columns) {
    let above: CellValue = null;
    let bytes = mostBytes(above);
    for (let row = 0; row < values.length; row++) {
      const value = values[row] ?? null;
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

/** An upper bound in bytes: a UTF-16 unit takes at most three. Infinite for a text that CSV cannot hold. */
function mostBytes(value: CellValue): number {
  if (typeof value !== "string") {
    return 27;
  }
  return value.includes("\0") || !value.isWellFormed() ? Number.POSITIVE_INFINITY : value.length * 3 + 4;
}

/** Spells the cells of a column. A cell equal to the one above is not spelled again, because many columns are constant. */
function textsOf({ values, isFloat = false }: CsvTextColumn, spelling: CsvSpelling): readonly string[] {
  const texts = new Array<string>(values.length);
  let above: CellValue = null;
  let text = "";
  for (let row = 0; row < values.length; row++) {
    const value = values[row] ?? null;
    text = Object.is(value, above) ? text : spellCsvCell(value, spelling, isFloat);
    texts[row] = text;
    above = value;
  }
  return texts;
}

function joinRows(
  columns: readonly (readonly string[])[],
  separator: string,
  start: number,
  stop: number,
): string {
  let text = "";
  for (let row = start; row < stop; row++) {
    for (let index = 0; index < columns.length; index++) {
      text += index === 0 ? "" : separator;
      text += columns[index]?.[row] ?? "";
    }
    text += "\n";
  }
  return text;
}
