import type { CellSpans, CsvCells } from "./csv-cells.ts";
import { lineOfOffset, skipLineEnds } from "./csv-error.ts";

const LF = 0x0a;
const CR = 0x0d;
const QUOTE = 0x22;
const COMMA = 0x2c;
/** Of a typical table's cell with its comma; where cells are shorter, the array of their places grows. */
const BYTES_PER_CELL = 8;
/** So that offsets are small numbers. */
const MAX_BYTES = 2 ** 31 - 8;
const MANY_TEXTS = 256;
/** What surely makes one string. */
const MAX_TEXT_BYTES = 2 ** 28;
/** And whether all bytes of the file are ASCII. */
export interface PlainCells extends CsvCells {
  readonly isAscii: boolean;
}

type Spans = CellSpans & Pick<PlainCells, "isAscii">;

const UTF8 = new TextDecoder("utf-8", { ignoreBOM: true });

/**
 * The cells of a text without quotes, from `textStart` on, cut at commas and line ends: what csv-parse finds in it. Undefined
 * for a text with quotes, NUL, or a row that has not as many cells as the header or more than `maxRowBytes`, and for one
 * without any row: those are csv-parse's, its errors included. Bytes that are no text are not noticed.
 */
export function findPlainCells(
  bytes: Uint8Array,
  textStart: number,
  maxRowBytes: number,
): PlainCells | undefined {
  const isOurs = bytes.length <= MAX_BYTES && maxRowBytes > 0;
  const spans = isOurs ? findSpans(bytes, textStart, maxRowBytes) : undefined;
  if (spans === undefined) {
    return undefined;
  }
  const { starts, columnCount, rowCount, isAscii } = spans;
  const textOf = textReader(bytes, isAscii && bytes.length <= MAX_TEXT_BYTES);
  const columns = Array.from({ length: columnCount }, (_, index) =>
    once(() => readTexts(spans, index, textOf)),
  );
  return {
    header: textOf(starts[0] ?? 0, (starts[columnCount] ?? 1) - 1).split(","),
    rowCount,
    texts: (index) => columns[index]?.() ?? [],
    lineOfRow: (row) => lineOfOffset(bytes, starts[(row + 1) * (columnCount + 1)] ?? 0),
    spans,
    isAscii,
  };
}

/** Texts one by one, or once there are many, where a byte is a character, pieces of the whole. */
function textReader(bytes: Uint8Array, canBeSliced: boolean): (start: number, stop: number) => string {
  let askedCount = 0;
  let whole: string | undefined;
  return (start, stop) => {
    askedCount++;
    if (!canBeSliced || askedCount < MANY_TEXTS) {
      return UTF8.decode(bytes.subarray(start, stop));
    }
    whole ??= UTF8.decode(bytes);
    return whole.slice(start, stop);
  };
}

/**
 * Row by row. A cell that has the bytes of the one above it, comma included, ends where that one does, and is marked: of an
 * analysis' table most are. Any other is gone through for a byte that ends it, four bytes at a time.
 */
function findSpans(bytes: Uint8Array, textStart: number, maxRowBytes: number): Spans | undefined {
  const { length } = bytes;
  const view = new DataView(bytes.buffer, bytes.byteOffset, length);
  const columnCount = countColumns(bytes, textStart);
  const stride = columnCount + 1;
  let starts = new Uint32Array(length / BYTES_PER_CELL + stride);
  let repeats = new Uint8Array(starts.length);
  let count = 0;
  let bits = 0;
  for (let at = skipLineEnds(bytes, textStart); at < length; at = skipLineEnds(bytes, at)) {
    if (count + stride > starts.length) {
      starts = copyInto(new Uint32Array(2 * starts.length + stride), starts);
      repeats = copyInto(new Uint8Array(starts.length), repeats);
    }
    const rowStart = at;
    for (let column = 0; column < columnCount; column++) {
      const cell = count + column;
      starts[cell] = at;
      const above = starts[cell - stride] ?? 0;
      const spanBytes = count === 0 ? 0 : (starts[cell - stride + 1] ?? 0) - above;
      const same = at + spanBytes > length ? 0 : sameBytes(view, at, above, spanBytes);
      let stop = at + same;
      if (count > 0 && same === spanBytes) {
        repeats[cell] = 1;
        stop--;
      } else {
        for (;;) {
          while (stop + 4 <= length) {
            const word = view.getInt32(stop, true);
            bits |= word;
            if (((word - 0x2d2d2d2d) & ~word & 0x80808080) !== 0) {
              break;
            }
            stop += 4;
          }
          let byte = bytes[stop] ?? LF;
          while (byte > COMMA) {
            bits |= byte;
            stop++;
            byte = bytes[stop] ?? LF;
          }
          if (byte === COMMA || byte === LF || byte === CR) {
            break;
          }
          if (byte === QUOTE || byte === 0) {
            return undefined;
          }
          stop++;
        }
      }
      if ((bytes[stop] === COMMA) !== column < columnCount - 1) {
        return undefined;
      }
      at = stop + 1;
    }
    if (at - 1 - rowStart > maxRowBytes) {
      return undefined;
    }
    starts[count + columnCount] = at;
    count += stride;
  }
  return count === 0
    ? undefined
    : {
        bytes,
        starts,
        repeats,
        columnCount,
        rowCount: count / stride - 1,
        isAscii: (bits & 0x80808080) === 0,
      };
}

function countColumns(bytes: Uint8Array, textStart: number): number {
  let columnCount = 1;
  for (let at = skipLineEnds(bytes, textStart); at < bytes.length; at++) {
    const byte = bytes[at];
    if (byte === LF || byte === CR) {
      break;
    }
    columnCount += byte === COMMA ? 1 : 0;
  }
  return columnCount;
}

/** How many bytes are the same at two places: all of `length`, or some before the first that differs. */
function sameBytes(view: DataView, start: number, other: number, length: number): number {
  let at = 0;
  // Eight at a time. Bytes that are no number as a float64 count as different, 0 and -0 are not in a text without NUL.
  for (; at + 8 <= length; at += 8) {
    if (view.getFloat64(start + at, true) !== view.getFloat64(other + at, true)) {
      return at;
    }
  }
  for (let rest = at; rest < length; rest++) {
    if (view.getUint8(start + rest) !== view.getUint8(other + rest)) {
      return at;
    }
  }
  return length;
}

function copyInto<A extends Uint32Array | Uint8Array>(longer: A, array: A): A {
  longer.set(array);
  return longer;
}

/** A cell like the one above it is the same string: whole columns are constant. */
function readTexts(
  { starts, repeats, columnCount, rowCount }: CellSpans,
  index: number,
  textOf: (start: number, stop: number) => string,
): readonly (string | null)[] {
  const texts = new Array<string | null>(rowCount);
  let text: string | null = null;
  for (let row = 0; row < rowCount; row++) {
    const at = (row + 1) * (columnCount + 1) + index;
    if (row === 0 || repeats[at] === 0) {
      const start = starts[at] ?? 0;
      const stop = (starts[at + 1] ?? 1) - 1;
      text = start === stop ? null : textOf(start, stop);
    }
    texts[row] = text;
  }
  return texts;
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
