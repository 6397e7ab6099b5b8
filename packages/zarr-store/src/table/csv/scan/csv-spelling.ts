// What the spelling of a CSV's cells says about their type, and which values they are. The one inference and the one set
// of parsers: whatever type is inferred for a column, its parser reads every cell of it.
import type { ColumnType } from "../../table-schema.ts";
import { CELL_KIND } from "./scan-decimal.ts";

/** A number as it was read from its text: NaN if missing, and which of `CELL_KIND` its spelling is. */
export interface ReadNumber {
  readonly value: number;
  readonly kind: number;
}

/** Words for a missing number or boolean, beside `nan` in any case. */
const MISSING_WORDS: ReadonlySet<string> = new Set([
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
const NAN = /^[+-]?nan$/i;
const INFINITY = /^[+-]?inf(inity)?$/i;
const BOOLEAN = /^(true|false)$/i;
const INTEGER = /^[+-]?\d{1,19}(\.0*)?$/;
const DECIMAL = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;
/** Without a plus sign or leading zeros, which may mean something: `007` is a name, not a number. */
const PLAIN_INTEGER = /^-?(0|[1-9]\d{0,18})$/;
const PLAIN_DECIMAL = /^-?((0|[1-9]\d*)(\.\d*)?|\.\d+)([eE][+-]?\d+)?$/;
/** Any whole number of so many characters fits into 64 bits. */
const SAFE_INTEGER_LENGTH = 18;

/**
 * The narrowest type that keeps every cell of a column: `int64`, `float64`, `bool` (`true` and `false` in any case), or
 * `utf8`. Missing cells and words say nothing; of words for missing numbers alone it is `float64`, and of empty cells
 * alone `utf8`. Numbers with a plus sign or leading zeros are text, because their spelling would be lost.
 */
export function inferCsvType(texts: readonly (string | null)[]): ColumnType {
  let [isInteger, isDecimal, isBoolean] = [true, true, true];
  let [hasValue, hasMissingWord] = [false, false];
  let above: string | null = null;
  for (const text of texts) {
    if (text === above || text === null || text === "") {
      continue;
    }
    above = text;
    const isNumber = isPlainDecimal(text);
    if (!isNumber && isMissingWord(text)) {
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

/** A cell of a column of numbers; undefined if it is not one. */
export function readCsvNumber(text: string): ReadNumber | undefined {
  const value = parseCsvFloat(text);
  if (value === undefined) {
    return undefined;
  }
  if (isMissingWord(text)) {
    return { value, kind: CELL_KIND.empty };
  }
  return {
    value,
    kind: isPlainDecimal(text) && !isPlainInteger(text) ? CELL_KIND.decimal : CELL_KIND.number,
  };
}

/** NaN for a missing one. `Number` would also take blanks, hexadecimal digits and `Infinity`. */
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
  return isMissingWord(text) ? Number.NaN : undefined;
}

/** Null for a missing one. Integers may end in `.0`, as pandas writes them beside missing ones. */
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

/** As {@link parseCsvInt64}, of 32 bits. */
export function parseCsvInt32(cell: string | null): number | null | undefined {
  const whole = parseCsvInt64(cell);
  if (whole === null) {
    return null;
  }
  const value = Number(whole ?? Number.NaN);
  return (value | 0) === value ? value : undefined;
}

/** Null for a missing one. Where a schema says that they are booleans, `1` and `0` are, too. */
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

/** Undefined for a missing one. */
function textOfPresent(cell: string | null): string | undefined {
  return cell === null || cell === "" || isMissingWord(cell) ? undefined : cell;
}

function isMissingWord(text: string): boolean {
  return MISSING_WORDS.has(text) || NAN.test(text);
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
