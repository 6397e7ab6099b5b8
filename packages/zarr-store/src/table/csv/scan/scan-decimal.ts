// Reads a decimal number from the bytes of a CSV without making a string.

import { exactDecimal, MOST_EXPONENT, MOST_HIGH_DIGITS, MOST_LOW_DIGITS } from "./exact-decimal.ts";

/** How a cell is spelled, in ascending order: the greatest kind in a column limits the type of the column. */
export const CELL_KIND = {
  /** An empty cell. */
  empty: 0,
  /** A whole number in its shortest spelling, which a float64 holds exactly. */
  integer: 1,
  /** Any other decimal without leading zeros or a plus sign. */
  decimal: 2,
  /** A number with leading zeros or a plus sign. */
  number: 3,
  /** Anything that must be read from its text. */
  text: 4,
  /** The same bytes as the cell above. */
  repeated: 8,
} as const;

const ZERO = 0x30;
const DOT = 0x2e;
const MINUS = 0x2d;
const PLUS = 0x2b;
const LOWER_E = 0x65;
const LOWER_CASE = 0x20;

/**
 * Reads the decimal that begins at `start` and returns where it ends.
 *
 * It sets `values[row]` to the float64 that `Number` would give, and `kinds[cell]`. A number with more digits than
 * `exactDecimal` takes is marked as text. If the cell goes on after the number, the caller marks it as text.
 */
export function scanDecimal(
  bytes: Uint8Array,
  view: DataView,
  start: number,
  values: Float64Array,
  row: number,
  kinds: Uint8Array,
  cell: number,
): number {
  let at = start;
  const sign = bytes[at];
  at += sign === MINUS || sign === PLUS ? 1 : 0;
  const wholeStart = at;
  let high = 0;
  let digit = digitAt(bytes, at);
  while (digit >= 0) {
    high = high * 10 + digit;
    at++;
    digit = digitAt(bytes, at);
  }
  let highDigits = at - wholeStart;
  let low = 0;
  let lowDigits = 0;
  let exponent = 0;
  const isOther = sign === PLUS || (highDigits > 1 && bytes[wholeStart] === ZERO);
  let kind: number = isOther ? CELL_KIND.number : CELL_KIND.integer;
  if (bytes[at] === DOT) {
    at++;
    const fractionStart = at;
    let four = at + 4 <= bytes.length ? fourDigits(view.getInt32(at, true)) : -1;
    while (four >= 0) {
      if (highDigits + 4 <= MOST_HIGH_DIGITS) {
        high = high * 10000 + four;
        highDigits += 4;
      } else {
        low = low * 10000 + four;
        lowDigits += 4;
      }
      at += 4;
      four = at + 4 <= bytes.length ? fourDigits(view.getInt32(at, true)) : -1;
    }
    digit = digitAt(bytes, at);
    while (digit >= 0) {
      if (lowDigits === 0 && highDigits < MOST_HIGH_DIGITS) {
        high = high * 10 + digit;
        highDigits++;
      } else {
        low = low * 10 + digit;
        lowDigits++;
      }
      at++;
      digit = digitAt(bytes, at);
    }
    exponent = fractionStart - at;
    kind = Math.max(kind, CELL_KIND.decimal);
  }
  if (((bytes[at] ?? 0) | LOWER_CASE) === LOWER_E) {
    const letter = at;
    at++;
    const exponentSign = bytes[at];
    at += exponentSign === MINUS || exponentSign === PLUS ? 1 : 0;
    const exponentStart = at;
    let said = 0;
    digit = digitAt(bytes, at);
    while (digit >= 0 && at < exponentStart + 3) {
      said = said * 10 + digit;
      at++;
      digit = digitAt(bytes, at);
    }
    exponent += exponentSign === MINUS ? -said : said;
    at = at === exponentStart ? letter : at;
    kind = Math.max(kind, CELL_KIND.decimal);
  }
  const scale = exponent + lowDigits;
  const fits = highDigits > 0 && highDigits <= MOST_HIGH_DIGITS && lowDigits <= MOST_LOW_DIGITS;
  const canScale = scale >= -MOST_EXPONENT && scale <= MOST_EXPONENT;
  const value = fits && canScale ? exactDecimal(high, low, lowDigits, scale) : Number.NaN;
  values[row] = sign === MINUS ? -value : value;
  kinds[cell] = value >= 0 ? kind : at === start ? CELL_KIND.empty : CELL_KIND.text;
  return at;
}

/** Returns the digit at a place, or -1 if there is not one. */
function digitAt(bytes: Uint8Array, at: number): number {
  const digit = (bytes[at] ?? 0) - ZERO;
  return digit <= 9 ? digit : -1;
}

/** Returns the number that four digits make, the first in the lowest byte, or -1 if one is not a digit. */
function fourDigits(letters: number): number {
  const digits = letters ^ 0x30303030;
  if ((((digits + 0x06060606) | digits) & 0xf0f0f0f0) !== 0) {
    return -1;
  }
  const pairs = (digits * 10 + (digits >>> 8)) & 0x00ff00ff;
  return (pairs & 0xff) * 100 + (pairs >>> 16);
}
