// Turns the cells of a CSV into typed columns.

import { MACHINE_ENDIAN } from "../../bytes/byte-order.ts";
import { ZarrStoreError } from "../../errors.ts";
import type { Column, ColumnType } from "../table-schema.ts";
import type { CsvCells } from "./csv-cells.ts";
import { type DecimalColumn, readDecimals } from "./scan/csv-decimals.ts";
import {
  inferCsvType,
  parseCsvBoolean,
  parseCsvFloat,
  parseCsvInt32,
  parseCsvInt64,
  readCsvNumber,
} from "./scan/csv-spelling.ts";
import { CELL_KIND } from "./scan/scan-decimal.ts";

/**
 * The values of one column:
 *
 * | column | values | NULL |
 * |---|---|---|
 * | `float64` | `Float64Array` | NaN |
 * | `int64`, `int32` without NULL | `BigInt64Array`, `Int32Array` | |
 * | any other | an array of cells | null |
 */
export type CsvColumnData =
  | Float64Array<ArrayBuffer>
  | BigInt64Array<ArrayBuffer>
  | Int32Array<ArrayBuffer>
  | readonly (bigint | null)[]
  | readonly (number | null)[]
  | readonly (boolean | null)[]
  | readonly (string | null)[];

const NUMBERS: ReadonlySet<ColumnType> = new Set(["float64", "int64"]);

/** A parsed column. Its type is inferred if no schema gives one. */
export interface CsvColumn {
  readonly column: Column;
  readonly data: CsvColumnData;
}

/**
 * Reads the columns. If `known` does not give a column, it is `utf8` if quotes mark it as text, otherwise of the type that
 * `inferCsvType` finds.
 *
 * @throws {ZarrStoreError} `schema_mismatch`, naming the line and the column, for a cell of another type.
 */
export function readCsvColumns(
  cells: CsvCells,
  names: readonly string[],
  known: (name: string) => Column | undefined,
): readonly CsvColumn[] {
  return names.map((name, index) => {
    const given = known(name);
    const isNumeric = given === undefined || NUMBERS.has(given.type);
    const numbers =
      isNumeric && cells.grid !== undefined ? readDecimals(cells.grid, index, readCsvNumber) : undefined;
    const column = given ?? { name, type: typeOf(numbers) ?? typeOfTexts(cells, index) };
    const data = numbers === undefined ? undefined : fromDecimals(numbers, column.type);
    return { column, data: data ?? readTexts(cells, index, column) };
  });
}

function typeOfTexts(cells: CsvCells, index: number): ColumnType {
  return cells.isMarkedText(index) || cells.isAmbiguous(index)
    ? "utf8"
    : inferCsvType(cells.texts(index), cells.hasMissingWord(index));
}

/** The type of a column of numbers; undefined if only its texts can tell. */
function typeOf(numbers: DecimalColumn | undefined): ColumnType | undefined {
  return numbers?.kind === CELL_KIND.integer
    ? "int64"
    : numbers?.kind === CELL_KIND.decimal
      ? "float64"
      : undefined;
}

/** Uses the numbers that were read with the cells; undefined if the column must be read from its texts. */
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

/** True if a value is missing. A loop, because `some` calls a function for each value. */
function hasMissing(values: Float64Array): boolean {
  for (let row = 0; row < values.length; row++) {
    if (Number.isNaN(values[row])) {
      return true;
    }
  }
  return false;
}

/** Converts whole numbers below 2^53 without making a bigint for each. */
function toInt64(values: Float64Array): BigInt64Array<ArrayBuffer> {
  const whole = new BigInt64Array(values.length);
  const halves = new Int32Array(whole.buffer);
  const lowFirst = MACHINE_ENDIAN === "little" ? 0 : 1;
  for (let row = 0; row < values.length; row++) {
    const value = values[row] ?? 0;
    halves[2 * row + lowFirst] = value | 0;
    halves[2 * row + 1 - lowFirst] = Math.floor(value / 2 ** 32);
  }
  return whole;
}

function readTexts(cells: CsvCells, index: number, column: Column): CsvColumnData {
  const texts = cells.texts(index);
  if (column.type !== "utf8" && cells.isAmbiguous(index)) {
    const row = texts.findIndex((text) => text !== null && /[.,]/.test(text));
    throw cellError(cells, texts[row] ?? "", row, column);
  }
  const fill = <T, A extends { [row: number]: T }>(
    values: A,
    parse: (text: string | null) => T | undefined,
  ): A => {
    fillColumn(texts, values, (text, row) => {
      const value = parse(text);
      if (value === undefined) {
        throw cellError(cells, text ?? "", row, column);
      }
      return value;
    });
    return values;
  };
  switch (column.type) {
    case "float64":
      return fill(new Float64Array(texts.length), parseCsvFloat);
    case "int64": {
      const values = fill(new Array<bigint | null>(texts.length), parseCsvInt64);
      return isComplete(values) ? copyInto(new BigInt64Array(values.length), values) : values;
    }
    case "int32": {
      const values = fill(new Array<number | null>(texts.length), parseCsvInt32);
      return isComplete(values) ? copyInto(new Int32Array(values.length), values) : values;
    }
    case "bool":
      return fill(new Array<boolean | null>(texts.length), parseCsvBoolean);
    case "utf8":
      return column.nullable === false ? texts.map((text) => text ?? "") : texts;
    default:
      return column.type satisfies never;
  }
}

/** Parses a column into `values`. A cell equal to the one above is not parsed again, because many columns are constant. */
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

/** Copies values into a typed array. Its own `from` uses an iterator and takes eight times as long. */
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

function cellError(cells: CsvCells, text: string, row: number, column: Column): ZarrStoreError {
  const line = cells.lineOfRow(row);
  const found = text.slice(0, 80);
  const name = JSON.stringify(column.name);
  return new ZarrStoreError(
    "schema_mismatch",
    `CSV line ${line}, column ${name}: expected ${column.type}, found ${JSON.stringify(found)}`,
    { line, path: column.name, expected: column.type, found },
  );
}
