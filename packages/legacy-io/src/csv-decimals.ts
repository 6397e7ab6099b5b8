import type { CellSpans } from "./csv-cells.ts";
import { exactDecimal, MOST_EXPONENT, MOST_HIGH_DIGITS, MOST_LOW_DIGITS } from "./exact-decimal.ts";

/**
 * What the cells of a column are at most: nothing, whole numbers in their shortest spelling that a float64 holds, decimals
 * in a spelling that is one of the number's own, or also others.
 */
export type NumberKind = 0 | 1 | 2 | 3;
export const MISSING_ONLY: NumberKind = 0;
export const INTEGERS: NumberKind = 1;
export const DECIMALS: NumberKind = 2;
export const OTHERS: NumberKind = 3;

/** A cell's number, NaN where it says that there is none. */
export interface ReadNumber {
  readonly value: number;
  readonly kind: NumberKind;
}

/** A column of numbers; NaN where there is none. */
export interface DecimalColumn {
  readonly values: Float64Array<ArrayBuffer>;
  /** The greatest of the cells' kinds. */
  readonly kind: NumberKind;
}

const ZERO = 0x30;
const DOT = 0x2e;
const MINUS = 0x2d;
const PLUS = 0x2b;
const LOWER_E = 0x65;
const LOWER_CASE = 0x20;
/** Their bytes and places fit the processor's nearer cache. */
const ROWS_AT_ONCE = 512;
const ASCII = new TextDecoder();

/**
 * Reads columns of numbers from the bytes of the file, without a text for each cell. Cells with more digits than a float64
 * holds, and words, are read by `readText`; undefined for a column in which it finds one to be no number. The values are
 * those of `Number`. Columns are read side by side, so that a row's bytes are fetched once.
 */
export function readDecimals(
  spans: CellSpans,
  indexes: readonly number[],
  readText: (text: string) => ReadNumber | undefined,
): ReadonlyMap<number, DecimalColumn> {
  const columns = new Map<number, DecimalColumn>(
    indexes.map((index) => [index, { values: new Float64Array(spans.rowCount), kind: MISSING_ONLY }]),
  );
  const view = new DataView(spans.bytes.buffer, spans.bytes.byteOffset, spans.bytes.byteLength);
  for (let row = 0; row < spans.rowCount; row += ROWS_AT_ONCE) {
    const stop = Math.min(spans.rowCount, row + ROWS_AT_ONCE);
    for (const [index, { values, kind }] of columns) {
      const most = readRows(spans, view, index, row, stop, values, readText);
      if (most === undefined) {
        columns.delete(index);
      } else if (most > kind) {
        columns.set(index, { values, kind: most });
      }
    }
  }
  return columns;
}

/** The greatest kind among some rows. */
function readRows(
  { bytes, starts, repeats, columnCount }: CellSpans,
  view: DataView,
  index: number,
  rowStart: number,
  rowStop: number,
  values: Float64Array,
  readText: (text: string) => ReadNumber | undefined,
): NumberKind | undefined {
  let most: number = MISSING_ONLY;
  for (let row = rowStart; row < rowStop; row++) {
    const cell = (row + 1) * (columnCount + 1) + index;
    if (row > 0 && repeats[cell] === 1) {
      values[row] = values[row - 1] ?? 0;
      continue;
    }
    const start = starts[cell] ?? 0;
    const stop = (starts[cell + 1] ?? 1) - 1;
    let at = start;
    if (at === stop) {
      values[row] = Number.NaN;
      continue;
    }
    const sign = bytes[at];
    at += sign === MINUS || sign === PLUS ? 1 : 0;
    const wholeStart = at;
    let high = 0;
    while (at < stop) {
      const digit = (bytes[at] ?? 0) - ZERO;
      if (digit < 0 || digit > 9) {
        break;
      }
      high = high * 10 + digit;
      at++;
    }
    const wholeDigits = at - wholeStart;
    let digits = wholeDigits;
    let low = 0;
    let lowDigits = 0;
    let fractionDigits = 0;
    let kind: NumberKind = sign === PLUS || wholeDigits === 0 ? OTHERS : INTEGERS;
    if (wholeDigits > 1 && bytes[wholeStart] === ZERO) {
      kind = OTHERS;
    }
    if (at < stop && bytes[at] === DOT) {
      at++;
      const fractionStart = at;
      while (at + 4 <= stop) {
        const four = fourDigits(view.getInt32(at, true));
        if (four < 0) {
          break;
        }
        if (digits + 4 <= MOST_HIGH_DIGITS) {
          high = high * 10000 + four;
          digits += 4;
        } else {
          low = low * 10000 + four;
          lowDigits += 4;
        }
        at += 4;
      }
      while (at < stop) {
        const digit = (bytes[at] ?? 0) - ZERO;
        if (digit < 0 || digit > 9) {
          break;
        }
        if (lowDigits === 0 && digits < MOST_HIGH_DIGITS) {
          high = high * 10 + digit;
          digits++;
        } else {
          low = low * 10 + digit;
          lowDigits++;
        }
        at++;
      }
      fractionDigits = at - fractionStart;
      kind = kind === OTHERS || fractionDigits === 0 ? OTHERS : DECIMALS;
    }
    let exponent = 0;
    if (at < stop && ((bytes[at] ?? 0) | LOWER_CASE) === LOWER_E) {
      at++;
      const isNegative = bytes[at] === MINUS;
      at += isNegative || bytes[at] === PLUS ? 1 : 0;
      const exponentStart = at;
      while (at < stop && at < exponentStart + 3) {
        const digit = (bytes[at] ?? 0) - ZERO;
        if (digit < 0 || digit > 9) {
          break;
        }
        exponent = exponent * 10 + digit;
        at++;
      }
      exponent = isNegative ? -exponent : exponent;
      at = at === exponentStart ? start : at;
      kind = kind === OTHERS ? OTHERS : DECIMALS;
    }
    let value = Number.NaN;
    if (at === stop && digits > 0 && digits <= MOST_HIGH_DIGITS && lowDigits <= MOST_LOW_DIGITS) {
      const scale = exponent - fractionDigits + lowDigits;
      if (scale >= -MOST_EXPONENT && scale <= MOST_EXPONENT) {
        value = exactDecimal(high, low, lowDigits, scale);
      }
    }
    if (Number.isNaN(value)) {
      const read = readText(ASCII.decode(bytes.subarray(start, stop)));
      if (read === undefined) {
        return undefined;
      }
      value = read.value;
      kind = read.kind;
    } else if (sign === MINUS) {
      value = -value;
    }
    values[row] = value;
    most = Math.max(most, kind);
  }
  return most as NumberKind;
}

/** The number that four digits make, the first in the lowest byte; -1 where one of them is none. */
function fourDigits(letters: number): number {
  const digits = letters ^ 0x30303030;
  if ((((digits + 0x06060606) | digits) & 0xf0f0f0f0) !== 0) {
    return -1;
  }
  const pairs = (digits * 10 + (digits >>> 8)) & 0x00ff00ff;
  return (pairs & 0xff) * 100 + (pairs >>> 16);
}
