// Infers the type of a CSV column from the spelling of its cells, and parses cells. Both are in one file so that the
// parser of the inferred type reads every cell of the column.

import type { ColumnType } from "../../table-schema.ts";
import { CELL_KIND } from "./scan-decimal.ts";

/** A number read from text: NaN if missing, and the `CELL_KIND` of its spelling. */
export interface ReadNumber {
  readonly value: number;
  readonly kind: number;
}

/** Words for a missing value, as R, pandas, Excel and databases write them. */
const MISSING_WORDS: ReadonlySet<string> = new Set([
  "NA",
  "N/A",
  "n/a",
  "#N/A",
  "#N/A N/A",
  "#NA",
  "#NV",
  "#N/D",
  "<NA>",
  "null",
  "NULL",
  "None",
  "nan",
  "NaN",
  "NAN",
]);
const LONGEST_MISSING_WORD = 8;
/** Further words for a missing number: `nan` with a sign, or in any case, and `1.#IND` and `1.#QNAN` of older programs for Windows. */
const NAN = /^[+-]?(nan|1\.#(IND|QNAN))$/i;
const INFINITY = /^[+-]?inf(inity)?$/i;
const BOOLEAN = /^(true|false)$/i;
const INTEGER = /^[+-]?\d{1,19}(\.0*)?$/;
const DECIMAL = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;
/** Without a plus sign or leading zeros, which may carry meaning: `007` is a name, not a number. */
const PLAIN_INTEGER = /^-?(0|[1-9]\d{0,18})$/;
const PLAIN_DECIMAL = /^-?((0|[1-9]\d*)(\.\d*)?|\.\d+)([eE][+-]?\d+)?$/;
/** A whole number of at most this many characters always fits into 64 bits. */
const SAFE_INTEGER_LENGTH = 18;

/**
 * Infers the narrowest type that keeps every cell of a column: `int64`, `float64`, `bool` (`true` and `false` in any case)
 * or `utf8`.
 *
 * - Empty cells and words for missing values do not count. A column of such words alone is `float64`; one of empty cells
 *   alone is `utf8`.
 * - A number with a plus sign or leading zeros is text, because its spelling would be lost.
 *
 * @param hasMissingWords whether there were words for missing values that are null in `texts`
 */
export function inferCsvType(texts: readonly (string | null)[], hasMissingWords = false): ColumnType {
  let [isInteger, isDecimal, isBoolean] = [true, true, true];
  let [hasValue, hasMissingWord] = [false, hasMissingWords];
  let above: string | null = null;
  for (const text of texts) {
    if (text === above || text === null || text === "") {
      continue;
    }
    above = text;
    const isNumber = isPlainDecimal(text);
    if (!isNumber && isMissingNumber(text)) {
      hasMissingWord = true;
      continue;
    }
    hasValue = true;
    isInteger &&= isNumber && isPlainInteger(text);
    isDecimal &&= isNumber;
    isBoolean &&= !isNumber && BOOLEAN.test(text);
    if (!isDecimal && !isBoolean) {
      return "utf8";
    }
  }
  if (!hasValue) {
    return hasMissingWord ? "float64" : "utf8";
  }
  return isInteger ? "int64" : isDecimal ? "float64" : "bool";
}

/** Reads a cell of a column of numbers; undefined if it is not a number. */
export function readCsvNumber(text: string): ReadNumber | undefined {
  const value = parseCsvFloat(text);
  if (value === undefined) {
    return undefined;
  }
  if (isMissingNumber(text)) {
    return { value, kind: CELL_KIND.empty };
  }
  return {
    value,
    kind: isPlainDecimal(text) && !isPlainInteger(text) ? CELL_KIND.decimal : CELL_KIND.number,
  };
}

/** Parses a float; NaN if missing, undefined if it is not one. Unlike `Number` it refuses blanks and hexadecimal digits. */
export function parseCsvFloat(text: string | null): number | undefined {
  if (text === null || text === "") {
    return Number.NaN;
  }
  if (DECIMAL.test(text)) {
    return Number(text);
  }
  if (INFINITY.test(text)) {
    return text.startsWith("-") ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  }
  return isMissingNumber(text) ? Number.NaN : undefined;
}

/** Parses an integer; null if missing, undefined if it is not one. It may end in `.0`, as pandas writes it beside NaN. */
export function parseCsvInt64(cell: string | null): bigint | null | undefined {
  const text = textOfPresent(cell);
  if (text === undefined) {
    return null;
  }
  if (!INTEGER.test(text)) {
    return undefined;
  }
  const value = BigInt(text.replace(/\..*$/, "").replace("+", ""));
  return BigInt.asIntN(64, value) === value ? value : undefined;
}

/** Parses an integer of 32 bits, as {@link parseCsvInt64} does one of 64. */
export function parseCsvInt32(cell: string | null): number | null | undefined {
  const whole = parseCsvInt64(cell);
  if (whole === null) {
    return null;
  }
  const value = Number(whole ?? Number.NaN);
  return (value | 0) === value ? value : undefined;
}

/** Parses a boolean; null if missing, undefined if it is not one. `1` and `0` count: they are read only if a schema says so. */
export function parseCsvBoolean(cell: string | null): boolean | null | undefined {
  const text = textOfPresent(cell);
  if (text === undefined) {
    return null;
  }
  if (BOOLEAN.test(text)) {
    return text.toLowerCase() === "true";
  }
  return text === "1" ? true : text === "0" ? false : undefined;
}

/** Returns the text of a cell; undefined if the value is missing. */
function textOfPresent(cell: string | null): string | undefined {
  return cell === null || cell === "" || isMissingNumber(cell) ? undefined : cell;
}

/** True for a word that means a missing value in a column of any type, if it is not in quotes. */
export function isMissingWord(text: string): boolean {
  return text.length <= LONGEST_MISSING_WORD && MISSING_WORDS.has(text);
}

/** True for a word that means a missing value in a column of numbers or booleans, in quotes or not. */
function isMissingNumber(text: string): boolean {
  return isMissingWord(text) || NAN.test(text);
}

function isPlainInteger(text: string): boolean {
  return PLAIN_INTEGER.test(text) && (text.length <= SAFE_INTEGER_LENGTH || fitsInt64(BigInt(text)));
}

function isPlainDecimal(text: string): boolean {
  return PLAIN_DECIMAL.test(text) || INFINITY.test(text);
}

function fitsInt64(value: bigint): boolean {
  return BigInt.asIntN(64, value) === value;
}
