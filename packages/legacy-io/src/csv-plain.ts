import type { Column } from "@kym/zarr-store";
import { IS_LITTLE_ENDIAN_MACHINE } from "./byte-order.ts";
import type { CsvColumnData } from "./csv-column.ts";
import { divideDigits, HEAD_DIGITS, MAX_DIGITS, POWERS_OF_TEN, parseDecimal } from "./decimal.ts";

const COMMA = 0x2c;
const LF = 0x0a;
const ZERO = 0x30;
const POINT = 0x2e;
const MINUS = 0x2d;
const FIRST_CAPACITY = 1 << 10;
const MAX_INTEGER_DIGITS = 15;
const LOW_HALF = IS_LITTLE_ENDIAN_MACHINE ? 0 : 1;
const NOT_PLAIN = -1;

/**
 * Reads the rows of a plain CSV in one pass, each cell straight into its column: ASCII, without quotes, LF at the end
 * of each row, columns of `float64`, `int64` and `utf8`. It is for the traces of analyses, which are long and plain.
 * Undefined for anything else, be it correct or not: then `findCsvCells` has to read it, and says what is wrong.
 */
export function readPlainCsv(
  bytes: Uint8Array,
  offset: number,
  columns: readonly Column[],
  maxRowBytes: number,
): { readonly columns: readonly CsvColumnData[]; readonly rowCount: number } | undefined {
  const sinks = columns.map((column) => columnSink(bytes, column));
  const lastColumn = columns.length - 1;
  let capacity = FIRST_CAPACITY;
  let row = 0;
  for (let at = offset; at < bytes.length; row++) {
    const rowStart = at;
    if (row === capacity) {
      capacity *= 2;
      for (const sink of sinks) {
        sink?.grow(capacity);
      }
    }
    for (let column = 0; column <= lastColumn; column++) {
      const stop = sinks[column]?.take(at, row) ?? NOT_PLAIN;
      if (stop === NOT_PLAIN || bytes[stop] !== (column === lastColumn ? LF : COMMA)) {
        return undefined;
      }
      at = stop + 1;
    }
    if (at - rowStart > maxRowBytes) {
      return undefined;
    }
  }
  return { columns: sinks.map((sink) => sink?.finish(row) ?? []), rowCount: row };
}

/** The names in the first line and where the next one begins; undefined if they are not plain or not all different. */
export function plainHeader(
  bytes: Uint8Array,
): { readonly names: readonly string[]; readonly stop: number } | undefined {
  const end = bytes.indexOf(LF);
  const line = bytes.subarray(0, end);
  if (end <= 0 || !line.every((byte) => byte === COMMA || isPlainText(byte))) {
    return undefined;
  }
  const names = new TextDecoder().decode(line).split(",");
  const areNames = new Set(names).size === names.length && names.indexOf("") <= 0;
  return areNames ? { names, stop: end + 1 } : undefined;
}

/** Where the cells of one column go. */
interface ColumnSink {
  /** Reads the cell that begins at `at`; gives the place behind it, or `NOT_PLAIN`. */
  take(at: number, row: number): number;
  grow(capacity: number): void;
  finish(rowCount: number): CsvColumnData;
}

function columnSink(bytes: Uint8Array, column: Column): ColumnSink | undefined {
  switch (column.type) {
    case "float64":
      return floatSink(bytes);
    case "int64":
      return integerSink(bytes);
    case "utf8":
      return textSink(bytes);
    default:
      return undefined;
  }
}

/**
 * Where the cell at `at` ends if its bytes are those of the cell before, which is the common case; else `NOT_PLAIN`.
 * Four bytes at a time are compared: most of a trace is columns that are the same in every row.
 */
function endIfRepeated(view: DataView, at: number, previous: number, length: number): number {
  if (at + length >= view.byteLength) {
    return NOT_PLAIN;
  }
  let index = 0;
  for (; index + 4 <= length; index += 4) {
    if (view.getUint32(at + index) !== view.getUint32(previous + index)) {
      return NOT_PLAIN;
    }
  }
  for (; index < length; index++) {
    if (view.getUint8(at + index) !== view.getUint8(previous + index)) {
      return NOT_PLAIN;
    }
  }
  const end = view.getUint8(at + length);
  return end === COMMA || end === LF ? at + length : NOT_PLAIN;
}

function floatSink(bytes: Uint8Array): ColumnSink {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let values = new Float64Array(FIRST_CAPACITY);
  let previous = 0;
  let length = 0;
  return {
    take: (at, row) => {
      let stop = row === 0 ? NOT_PLAIN : endIfRepeated(view, at, previous, length);
      if (stop === NOT_PLAIN) {
        stop = parseFloatCell(bytes, at, values, row);
        length = stop - at;
      } else {
        values[row] = values[row - 1] ?? Number.NaN;
      }
      previous = at;
      return stop;
    },
    grow: (capacity) => {
      const larger = new Float64Array(capacity);
      larger.set(values);
      values = larger;
    },
    finish: (rowCount) => values.slice(0, rowCount),
  };
}

/**
 * Puts the number that begins at `start` into `values[row]`, NaN for an empty cell, and gives the place behind it.
 * It is `parseDecimal` over again, but finds the end of the cell on its way.
 */
function parseFloatCell(bytes: Uint8Array, start: number, values: Float64Array, row: number): number {
  const isNegative = bytes[start] === MINUS;
  const first = isNegative ? start + 1 : start;
  let head = 0;
  let tail = 0;
  let tailPower = 1;
  let count = 0;
  let point = NOT_PLAIN;
  let at = first;
  for (; ; at++) {
    const digit = (bytes[at] ?? 0) - ZERO;
    if (digit >= 0 && digit <= 9) {
      if (count < HEAD_DIGITS) {
        head = head * 10 + digit;
        count += head === 0 ? 0 : 1;
      } else {
        tail = tail * 10 + digit;
        tailPower *= 10;
        count++;
      }
    } else if (digit === POINT - ZERO && point === NOT_PLAIN) {
      point = at;
    } else {
      break;
    }
  }
  const isEnd = bytes[at] === COMMA || bytes[at] === LF;
  if (isEnd && at === start) {
    values[row] = Number.NaN;
    return at;
  }
  const power = POWERS_OF_TEN[point === NOT_PLAIN ? 0 : at - point - 1];
  const hasDigits = at - first > (point === NOT_PLAIN ? 0 : 1);
  if (isEnd && hasDigits && power !== undefined && count <= MAX_DIGITS) {
    const digits = head * tailPower + tail;
    const isExact = digits <= Number.MAX_SAFE_INTEGER;
    const size = isExact ? digits / power : divideDigits(head, tail, tailPower, power);
    if (!Number.isNaN(size)) {
      values[row] = isNegative ? -size : size;
      return at;
    }
  }
  const stop = endOfText(bytes, at);
  const value = parseDecimal(bytes, start, stop);
  values[row] = value;
  return Number.isNaN(value) ? NOT_PLAIN : stop;
}

/**
 * Integers of up to 15 digits; an empty cell makes the file not plain, since a typed array has no NULL. They are
 * written as two halves, because a bigint for each cell takes longer than all the rest.
 */
function integerSink(bytes: Uint8Array): ColumnSink {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let halves = new Int32Array(FIRST_CAPACITY * 2);
  let previous = 0;
  let length = 0;
  let value = 0;
  return {
    take: (at, row) => {
      let stop = row === 0 ? NOT_PLAIN : endIfRepeated(view, at, previous, length);
      if (stop === NOT_PLAIN) {
        const first = bytes[at] === MINUS ? at + 1 : at;
        let digits = 0;
        stop = first;
        for (let digit = (bytes[stop] ?? 0) - ZERO; digit >= 0 && digit <= 9; digit = (bytes[stop] ?? 0) - ZERO) {
          digits = digits * 10 + digit;
          stop++;
        }
        if (stop === first || stop - first > MAX_INTEGER_DIGITS) {
          return NOT_PLAIN;
        }
        value = first === at ? digits : -digits;
        length = stop - at;
      }
      previous = at;
      halves[2 * row + LOW_HALF] = value | 0;
      halves[2 * row + 1 - LOW_HALF] = Math.floor(value / 2 ** 32);
      return stop;
    },
    grow: (capacity) => {
      const larger = new Int32Array(capacity * 2);
      larger.set(halves);
      halves = larger;
    },
    finish: (rowCount) => new BigInt64Array(halves.slice(0, rowCount * 2).buffer),
  };
}

function textSink(bytes: Uint8Array): ColumnSink {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const values: (string | null)[] = [];
  const decoder = new TextDecoder();
  let previous = 0;
  let length = 0;
  let value: string | null = null;
  return {
    take: (at, row) => {
      let stop = endIfRepeated(view, at, previous, length);
      if (stop === NOT_PLAIN) {
        stop = endOfText(bytes, at);
        value = stop === at ? null : decoder.decode(bytes.subarray(at, stop));
        length = stop - at;
      }
      previous = at;
      values[row] = value;
      return stop;
    },
    grow: () => undefined,
    finish: () => values,
  };
}

function endOfText(bytes: Uint8Array, at: number): number {
  let stop = at;
  while (isPlainText(bytes[stop] ?? 0)) {
    stop++;
  }
  return stop;
}

/** Printable ASCII but the quote and the comma. */
function isPlainText(byte: number): boolean {
  return byte >= 0x20 && byte < 0x7f && byte !== COMMA && byte !== 0x22;
}
