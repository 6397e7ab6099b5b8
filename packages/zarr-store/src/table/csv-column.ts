import { ZarrStoreError } from "../errors.ts";
import type { CsvColumn } from "./csv-text.ts";
import type { CellValue, Column, ColumnType } from "./table-schema.ts";

const integerText = /^[+-]?[0-9]{1,19}$/;
/** pandas writes integers as floats in a column that has a missing value. */
const integralText = /^[+-]?[0-9]{1,19}(\.0*)?$/;
const numberText = /^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?$/;
/** An identifier such as `007` is no number. */
const zeroLedText = /^[+-]?0[0-9]/;

const wordNumbers: ReadonlyMap<string, number> = new Map([
  ["inf", Number.POSITIVE_INFINITY],
  ["+inf", Number.POSITIVE_INFINITY],
  ["-inf", Number.NEGATIVE_INFINITY],
  ["infinity", Number.POSITIVE_INFINITY],
  ["-infinity", Number.NEGATIVE_INFINITY],
  ["nan", Number.NaN],
]);

/** `Number` of text that JavaScript, Python or R wrote; undefined if it is none. */
function parseNumber(text: string): number | undefined {
  return numberText.test(text) ? Number(text) : wordNumbers.get(text.toLowerCase());
}

const booleans: ReadonlyMap<string, boolean> = new Map([
  ["True", true],
  ["true", true],
  ["TRUE", true],
  ["False", false],
  ["false", false],
  ["FALSE", false],
]);

/**
 * The type of a column of CSV text, guessed with care: a quoted field makes it text, else it is int64, float64
 * or bool only if every field that is not empty says so; without any, it is text.
 */
export function inferCsvType(column: CsvColumn): ColumnType {
  const cells = column.cells.filter((cell) => cell !== null && cell !== "");
  if (cells.length === 0 || column.quoted) {
    return "utf8";
  }
  const every = (test: (cell: string) => boolean): boolean =>
    cells.every((cell) => cell !== null && test(cell));
  if (every((cell) => integerText.test(cell) && !zeroLedText.test(cell) && fitsInt64(BigInt(cell)))) {
    return "int64";
  }
  const numbers = cells.map((cell) =>
    cell === null || zeroLedText.test(cell) ? undefined : parseNumber(cell),
  );
  if (!numbers.includes(undefined) && !numbers.every(Number.isNaN)) {
    return "float64";
  }
  return every((cell) => booleans.has(cell)) ? "bool" : "utf8";
}

function fitsInt64(value: bigint): boolean {
  return BigInt.asIntN(64, value) === value;
}

/**
 * The values of a column of CSV text by its declared type. An empty field is null, but an empty string in a
 * text column that has no nulls; integers may end in `.0`, as pandas writes them beside missing ones.
 * @throws {ZarrStoreError} `schema_mismatch`, naming column and row. `where` names the file in messages.
 */
export function parseCsvCells(column: Column, text: CsvColumn, where: string): readonly CellValue[] {
  return text.cells.map((cell, row) => {
    if (column.type === "utf8") {
      return cell === null && column.nullable === false ? "" : cell;
    }
    if (cell === null || cell === "") {
      return null;
    }
    const value = parseCell(cell, column.type);
    if (value === undefined) {
      const found = JSON.stringify(cell.slice(0, 40));
      throw new ZarrStoreError(
        "schema_mismatch",
        `column ${column.name}, row ${row} of ${where}: expected ${column.type}, found ${found}`,
        { path: column.name, expected: column.type, found: cell },
      );
    }
    return value;
  });
}

function parseCell(cell: string, type: Exclude<ColumnType, "utf8">): CellValue | undefined {
  switch (type) {
    case "int64":
    case "int32": {
      const digits = integralText.test(cell) ? cell.split(".")[0] : undefined;
      if (digits === undefined) {
        return undefined;
      }
      const value = BigInt(digits.replace("+", ""));
      if (type === "int64") {
        return fitsInt64(value) ? value : undefined;
      }
      return BigInt.asIntN(32, value) === value ? Number(value) : undefined;
    }
    case "float64":
      return parseNumber(cell);
    case "bool":
      return booleans.get(cell);
    default:
      return type satisfies never;
  }
}
