import type { Column, ColumnType } from "@kym/zarr-store";
import { IS_LITTLE_ENDIAN_MACHINE } from "./byte-order.ts";
import type { CsvCells } from "./csv-cells.ts";
import { type DecimalColumn, type ReadNumber, readDecimals } from "./csv-decimals.ts";
import { LegacyIoError } from "./errors.ts";
import { CELL_KIND } from "./scan-decimal.ts";

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
const NUMBERS: ReadonlySet<ColumnType> = new Set(["float64", "int64"]);
const INTEGER = /^[+-]?\d{1,19}(\.0*)?$/;
const DECIMAL = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;
const PLAIN_INTEGER = /^-?(0|[1-9]\d{0,17})$/;
const PLAIN_DECIMAL = /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/;

/** A column as it was read: `type` is found where nobody says it. */
export interface CsvColumn {
  readonly column: Column;
  readonly data: CsvColumnData;
}

/**
 * Reads the columns. Where there is no column for one, it becomes the narrowest type that keeps every cell: `int64`,
 * `float64`, `bool` (`True`, `False` in any case) or `utf8`; numbers with leading zeros or a plus sign are text, because
 * their spelling would be lost. Throws `schema_mismatch`, naming the line and the column, for a cell of another type.
 */
export function readCsvColumns(
  cells: CsvCells,
  names: readonly string[],
  known: (name: string) => Column | undefined,
): readonly CsvColumn[] {
  const columns = names.map(known);
  return names.map((name, index) => {
    const isNumeric = NUMBERS.has(columns[index]?.type ?? "float64");
    const numbers =
      isNumeric && cells.grid !== undefined ? readDecimals(cells.grid, index, readNumberText) : undefined;
    const column = columns[index] ?? { name, type: typeOf(numbers) ?? inferColumnType(cells.texts(index)) };
    const data = numbers === undefined ? undefined : fromDecimals(numbers, column.type);
    return { column, data: data ?? readTexts(cells, index, column) };
  });
}

/** Undefined where the texts have to say it. */
function typeOf(numbers: DecimalColumn | undefined): ColumnType | undefined {
  return numbers?.kind === CELL_KIND.integer
    ? "int64"
    : numbers?.kind === CELL_KIND.decimal
      ? "float64"
      : undefined;
}

function readNumberText(text: string): ReadNumber | undefined {
  const value = parseFloatCell(text);
  if (value === undefined) {
    return undefined;
  }
  if (MISSING_NUMBERS.has(text)) {
    return { value, kind: CELL_KIND.empty };
  }
  const isDecimal = INFINITIES.has(text) || (PLAIN_DECIMAL.test(text) && !PLAIN_INTEGER.test(text));
  return { value, kind: isDecimal ? CELL_KIND.decimal : CELL_KIND.number };
}

/** Undefined where the texts say more than the numbers. */
function fromDecimals({ values, kind }: DecimalColumn, type: ColumnType): CsvColumnData | undefined {
  const isWhole = kind === CELL_KIND.empty || kind === CELL_KIND.integer;
  if (type === "float64") {
    return new Float64Array(values);
  }
  if (!isWhole || type !== "int64") {
    return undefined;
  }
  return hasMissing(values)
    ? Array.from(values, (value) => (Number.isNaN(value) ? null : BigInt(value)))
    : toInt64(values);
}

/** As `some`, which calls a function for each. */
function hasMissing(values: Float64Array): boolean {
  for (let row = 0; row < values.length; row++) {
    if (Number.isNaN(values[row])) {
      return true;
    }
  }
  return false;
}

/** Whole numbers below 2^53, without a bigint for each. */
function toInt64(values: Float64Array): BigInt64Array<ArrayBuffer> {
  const whole = new BigInt64Array(values.length);
  const halves = new Int32Array(whole.buffer);
  const lowFirst = IS_LITTLE_ENDIAN_MACHINE ? 0 : 1;
  for (let row = 0; row < values.length; row++) {
    const value = values[row] ?? 0;
    halves[2 * row + lowFirst] = value | 0;
    halves[2 * row + 1 - lowFirst] = Math.floor(value / 2 ** 32);
  }
  return whole;
}

function readTexts(cells: CsvCells, index: number, column: Column): CsvColumnData {
  const texts = cells.texts(index);
  const orThrow = <T>(value: T | undefined, row: number): T => {
    if (value === undefined) {
      throw cellError(cells, texts[row] ?? "", row, column);
    }
    return value;
  };
  const readCells = <T>(parse: (text: string) => T | undefined): (T | null)[] => {
    const values = new Array<T | null>(texts.length);
    fillColumn(texts, values, (text, row) => orThrow(parseCell(text, parse), row));
    return values;
  };
  switch (column.type) {
    case "float64": {
      const values = new Float64Array(texts.length);
      fillColumn(texts, values, (text, row) => orThrow(parseFloatCell(text), row));
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
      return texts;
    default:
      return column.type satisfies never;
  }
}

/** A text like the one above it, of which whole columns are, is not looked up. */
function distinctTexts(texts: readonly (string | null)[]): readonly string[] {
  const distinct = new Set<string>();
  let above: string | null = null;
  for (const text of texts) {
    if (text !== above && text !== null) {
      distinct.add(text);
    }
    above = text;
  }
  return [...distinct];
}

function inferColumnType(texts: readonly (string | null)[]): ColumnType {
  const distinct = distinctTexts(texts);
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

/** `Number` also takes blanks, hexadecimal digits and `Infinity`, which are no decimals. */
function parseFloatCell(text: string | null): number | undefined {
  if (text === null || text === "") {
    return Number.NaN;
  }
  if (DECIMAL.test(text)) {
    return Number(text);
  }
  return INFINITIES.get(text) ?? (MISSING_NUMBERS.has(text) ? Number.NaN : undefined);
}

function parseCell<T>(text: string | null, parse: (text: string) => T | undefined): T | null | undefined {
  return text === null || text === "" || MISSING_NUMBERS.has(text) ? null : parse(text);
}

/** Parses a column into `values`. Whole columns are constant: a cell like the one above it is not parsed again. */
function fillColumn<T>(
  texts: readonly (string | null)[],
  values: { [row: number]: T },
  parse: (text: string | null, row: number) => T,
): void {
  let [above = null] = texts;
  for (let row = 0; row < texts.length; row++) {
    const text = texts[row] ?? null;
    const isRepeated = row > 0 && text === above;
    const previous = values[row - 1];
    values[row] = isRepeated && previous !== undefined ? previous : parse(text, row);
    above = text;
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

function cellError(cells: CsvCells, text: string, row: number, column: Column): LegacyIoError {
  const line = cells.lineOfRow(row);
  const found = text.slice(0, 80);
  return new LegacyIoError(
    "schema_mismatch",
    `CSV line ${line}, column ${JSON.stringify(column.name)}: ${JSON.stringify(found)} is no ${column.type}`,
    { line, expected: column.type, found },
  );
}
