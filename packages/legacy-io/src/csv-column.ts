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
  const refuse = (cell: number): LegacyIoError => cellError(cells, cell, column);
  switch (column.type) {
    case "float64":
      return readFloats(cells, index, refuse);
    case "int64": {
      const values = readCells(cells, index, (text) => parseInt64(text), refuse);
      return isComplete(values) ? BigInt64Array.from(values) : values;
    }
    case "int32": {
      const values = readCells(cells, index, (text) => parseInt32(text), refuse);
      return isComplete(values) ? Int32Array.from(values) : values;
    }
    case "bool":
      return readCells(cells, index, (text) => BOOLEANS.get(text), refuse);
    case "utf8":
      return readTexts(cells, index);
    default:
      return column.type satisfies never;
  }
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

/** Analyses repeat values from row to row; a cell with the bytes of the one above it is not parsed again. */
function readFloats(
  cells: CsvCells,
  index: number,
  refuse: (cell: number) => LegacyIoError,
): Float64Array<ArrayBuffer> {
  const { bytes, starts, stops, rowCount, columnCount } = cells;
  const values = new Float64Array(rowCount);
  let previousStart = 0;
  let previousStop = 0;
  let value = Number.NaN;
  for (let row = 0; row < rowCount; row++) {
    const cell = row * columnCount + index;
    const start = starts[cell] ?? 0;
    const stop = stops[cell] ?? 0;
    if (row === 0 || !areEqual(bytes, previousStart, previousStop, start, stop)) {
      value = start === stop ? Number.NaN : parseDecimal(bytes, start, stop);
      if (Number.isNaN(value) && start !== stop) {
        value = parseNumberWord(cellText(cells, cell), () => refuse(cell));
      }
      previousStart = start;
      previousStop = stop;
    }
    values[row] = value;
  }
  return values;
}

function parseNumberWord(text: string, refuse: () => LegacyIoError): number {
  const infinity = INFINITIES.get(text);
  if (infinity === undefined && !MISSING_NUMBERS.has(text)) {
    throw refuse();
  }
  return infinity ?? Number.NaN;
}

/** Compares from the end, where numbers that differ do. */
function areEqual(
  bytes: Uint8Array,
  start: number,
  stop: number,
  otherStart: number,
  otherStop: number,
): boolean {
  if (stop - start !== otherStop - otherStart) {
    return false;
  }
  for (let at = stop - 1, other = otherStop - 1; at >= start; at--, other--) {
    if (bytes[at] !== bytes[other]) {
      return false;
    }
  }
  return true;
}

function readCells<T>(
  cells: CsvCells,
  index: number,
  parse: (text: string) => T | undefined,
  refuse: (cell: number) => LegacyIoError,
): readonly (T | null)[] {
  const texts = readTexts(cells, index);
  const parsed = new Map<string | null, T | null>([[null, null]]);
  return texts.map((text, row) => {
    let value = parsed.get(text);
    if (value === undefined && text !== null) {
      value = MISSING_NUMBERS.has(text) || text === "" ? null : parse(text);
      if (value === undefined) {
        throw refuse(row * cells.columnCount + index);
      }
      parsed.set(text, value);
    }
    return value ?? null;
  });
}

function readTexts(cells: CsvCells, index: number): readonly (string | null)[] {
  const { bytes, starts, stops, rowCount, columnCount } = cells;
  const values = new Array<string | null>(rowCount);
  let previous = -1;
  for (let row = 0; row < rowCount; row++) {
    const cell = row * columnCount + index;
    const start = starts[cell] ?? 0;
    const stop = stops[cell] ?? 0;
    const isSame =
      previous >= 0 &&
      isQuoted(cells, previous) === isQuoted(cells, cell) &&
      areEqual(bytes, starts[previous] ?? 0, stops[previous] ?? 0, start, stop);
    const isMissing = start === stop && !isQuoted(cells, cell);
    values[row] = isSame ? (values[row - 1] ?? null) : isMissing ? null : cellText(cells, cell);
    previous = cell;
  }
  return values;
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
