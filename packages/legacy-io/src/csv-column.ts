import type { Column, ColumnType } from "@kym/zarr-store";
import { type CsvCells, cellText, isQuoted, lineOfOffset } from "./csv-cells.ts";
import { parseDecimal } from "./decimal.ts";
import { LegacyIoError } from "./errors.ts";

/**
 * The values of one column: `float64` with NaN for NULL; `int64` and `int32` as their typed arrays if nothing is
 * missing; everything else cell by cell, with null for NULL.
 */
export type CsvColumnData =
  | Float64Array<ArrayBuffer>
  | BigInt64Array<ArrayBuffer>
  | Int32Array<ArrayBuffer>
  | readonly (bigint | null)[]
  | readonly (number | null)[]
  | readonly (boolean | null)[]
  | readonly (string | null)[];

const MISSING_NUMBERS: ReadonlySet<string> = new Set([
  "nan",
  "-nan",
  "NaN",
  "NAN",
  "NA",
  "N/A",
  "n/a",
  "#N/A",
  "#NA",
  "<NA>",
  "null",
  "NULL",
  "None",
]);
const INFINITIES: ReadonlyMap<string, number> = new Map(
  ["inf", "Inf", "infinity", "Infinity"].flatMap((word) => [
    [word, Number.POSITIVE_INFINITY],
    [`+${word}`, Number.POSITIVE_INFINITY],
    [`-${word}`, Number.NEGATIVE_INFINITY],
  ]),
);
const BOOLEANS: ReadonlyMap<string, boolean> = new Map(
  [
    ["true", "True", "TRUE", "1"],
    ["false", "False", "FALSE", "0"],
  ].flatMap((words, index) => words.map((word): [string, boolean] => [word, index === 0])),
);
const INTEGER = /^[+-]?\d{1,19}(\.0*)?$/;
const PLAIN_INTEGER = /^-?(0|[1-9]\d{0,17})$/;
const PLAIN_DECIMAL = /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/;

/** Reads one column. Throws `schema_mismatch`, naming the line and the column, for a cell of another type. */
export function readCsvColumn(cells: CsvCells, index: number, column: Column): CsvColumnData {
  const orThrow = <T>(value: T | undefined, cell: number): T => {
    if (value === undefined) {
      throw cellError(cells, cell, column);
    }
    return value;
  };
  const readCells = <T>(parse: (text: string) => T | undefined): (T | null)[] => {
    const values = new Array<T | null>(cells.rowCount);
    fillColumn(cells, index, values, (cell) => orThrow(parseCell(cells, cell, parse), cell));
    return values;
  };
  switch (column.type) {
    case "float64": {
      const values = new Float64Array(cells.rowCount);
      fillColumn(cells, index, values, (cell) => orThrow(parseFloatCell(cells, cell), cell));
      return values;
    }
    case "int64": {
      const values = readCells(parseInt64);
      return isComplete(values) ? copyInto(new BigInt64Array(values.length), values) : values;
    }
    case "int32": {
      const values = readCells(parseInt32);
      return isComplete(values) ? copyInto(new Int32Array(values.length), values) : values;
    }
    case "bool":
      return readCells((text) => BOOLEANS.get(text));
    case "utf8":
      return readTexts(cells, index);
    default:
      return column.type satisfies never;
  }
}

function readTexts(cells: CsvCells, index: number): readonly (string | null)[] {
  const values = new Array<string | null>(cells.rowCount);
  fillColumn(cells, index, values, (cell) => parseTextCell(cells, cell));
  return values;
}

/**
 * The narrowest type that keeps every cell of a column: `int64`, `float64`, `bool` (`True`, `False` in any case) or
 * `utf8`. Numbers with leading zeros or a plus sign are text, because their spelling would be lost.
 */
export function inferColumnType(cells: CsvCells, index: number): ColumnType {
  const values = readTexts(cells, index).filter((text) => text !== null);
  const distinct = [...new Set(values)];
  const numbers = distinct.filter((text) => !MISSING_NUMBERS.has(text));
  if (numbers.length === 0) {
    return distinct.length === 0 ? "utf8" : "float64";
  }
  if (numbers.every((text) => PLAIN_INTEGER.test(text))) {
    return "int64";
  }
  if (numbers.every((text) => PLAIN_DECIMAL.test(text) || INFINITIES.has(text))) {
    return "float64";
  }
  return distinct.every((text) => /^(true|false)$/i.test(text)) ? "bool" : "utf8";
}

function parseFloatCell(cells: CsvCells, cell: number): number | undefined {
  const start = cells.starts[cell] ?? 0;
  const stop = cells.stops[cell] ?? 0;
  if (start === stop) {
    return Number.NaN;
  }
  const value = parseDecimal(cells.bytes, start, stop);
  if (!Number.isNaN(value)) {
    return value;
  }
  const text = cellText(cells, cell);
  return INFINITIES.get(text) ?? (MISSING_NUMBERS.has(text) ? Number.NaN : undefined);
}

function parseCell<T>(
  cells: CsvCells,
  cell: number,
  parse: (text: string) => T | undefined,
): T | null | undefined {
  const text = cellText(cells, cell);
  return text === "" || MISSING_NUMBERS.has(text) ? null : parse(text);
}

function parseTextCell(cells: CsvCells, cell: number): string | null {
  return cells.starts[cell] === cells.stops[cell] && !isQuoted(cells, cell) ? null : cellText(cells, cell);
}

/**
 * Parses a column into `values`. Analyses repeat values from row to row, and whole columns are constant: a cell with
 * the bytes of the one above it is not parsed again.
 */
function fillColumn<T>(
  cells: CsvCells,
  index: number,
  values: { [row: number]: T },
  parse: (cell: number) => T,
): void {
  const { bytes, starts, stops, rowCount, columnCount } = cells;
  if (rowCount === 0) {
    return;
  }
  let previousStart = starts[index] ?? 0;
  let previousStop = stops[index] ?? 0;
  let value = parse(index);
  values[0] = value;
  for (let row = 1, cell = columnCount + index; row < rowCount; row++, cell += columnCount) {
    const start = starts[cell] ?? 0;
    const stop = stops[cell] ?? 0;
    let left = stop - start === previousStop - previousStart ? stop - start : -1;
    while (left > 0 && bytes[start + left - 1] === bytes[previousStart + left - 1]) {
      left--;
    }
    if (left !== 0 || isQuoted(cells, cell) !== isQuoted(cells, cell - columnCount)) {
      value = parse(cell);
    }
    previousStart = start;
    previousStop = stop;
    values[row] = value;
  }
}

function parseInt64(text: string): bigint | undefined {
  if (!INTEGER.test(text)) {
    return undefined;
  }
  const value = BigInt(text.replace(/\..*$/, "").replace("+", ""));
  return BigInt.asIntN(64, value) === value ? value : undefined;
}

function parseInt32(text: string): number | undefined {
  const value = Number(parseInt64(text) ?? Number.NaN);
  return (value | 0) === value ? value : undefined;
}

/** As `from` of a typed array, which goes through an iterator and takes eight times as long. */
function copyInto<T, A extends { [index: number]: T }>(target: A, values: readonly T[]): A {
  for (let index = 0; index < values.length; index++) {
    const value = values[index];
    if (value !== undefined) {
      target[index] = value;
    }
  }
  return target;
}

function isComplete<T>(values: readonly (T | null)[]): values is readonly T[] {
  return !values.includes(null);
}

function cellError(cells: CsvCells, cell: number, column: Column): LegacyIoError {
  const offset = cells.starts[cell] ?? 0;
  const line = lineOfOffset(cells.bytes, offset);
  const found = cellText(cells, cell).slice(0, 80);
  return new LegacyIoError(
    "schema_mismatch",
    `CSV line ${line}, column ${JSON.stringify(column.name)}: ${JSON.stringify(found)} is no ${column.type}`,
    { line, offset, expected: column.type, found },
  );
}
