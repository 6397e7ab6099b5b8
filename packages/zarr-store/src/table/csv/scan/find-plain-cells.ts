// Cuts a CSV without quotes into cells: the fast way, which makes no string per cell.

import { type CellGrid, type CsvCells, MAX_COLUMNS } from "../csv-cells.ts";
import { lineOfOffset, skipLineEnds } from "../csv-error.ts";
import { withoutOuterBlanks } from "../csv-quotes.ts";
import { isMissingWord } from "./csv-spelling.ts";
import { findCellGrid } from "./find-cell-grid.ts";
import { CELL_KIND } from "./scan-decimal.ts";

const LF = 0x0a;
const CR = 0x0d;
const COMMA = 0x2c;
/** Keeps offsets within 32-bit integers, which are fast. */
const MAX_BYTES = 2 ** 31 - 8;
/** A text of this size always fits in one string. */
const MAX_TEXT_BYTES = 2 ** 28;
const MANY_TEXTS = 256;
const UTF8 = new TextDecoder("utf-8", { ignoreBOM: true });

export interface PlainCells extends CsvCells {
  /** True if all bytes of the file are ASCII. */
  readonly isAscii: boolean;
}

/**
 * Cuts a text without quotes, from `textStart` on, at commas and line ends. It does not check that the bytes are UTF-8.
 *
 * Returns undefined if the text has quotes, NUL, no titles, more than {@link MAX_COLUMNS} of them, a row that is not as long
 * as the titles, or a row of more than `maxRowBytes`. Then `findQuotedCells` reads it, or says what is wrong.
 */
export function findPlainCells(
  bytes: Uint8Array,
  textStart: number,
  maxRowBytes: number,
): PlainCells | undefined {
  const headerStart = skipLineEnds(bytes, textStart);
  const headerStop = endOfLine(bytes, headerStart);
  const headerBytes = bytes.subarray(headerStart, headerStop);
  const isOurs =
    headerStart < headerStop &&
    headerBytes.length <= maxRowBytes &&
    commasIn(headerBytes) < MAX_COLUMNS &&
    !/["\0]/.test(UTF8.decode(headerBytes));
  if (!isOurs) {
    return undefined;
  }
  const spelled = UTF8.decode(headerBytes).split(",");
  const titles = spelled.map(withoutOuterBlanks);
  const grid =
    bytes.length <= MAX_BYTES ? findCellGrid(bytes, headerStop, titles.length, maxRowBytes) : undefined;
  if (grid === undefined) {
    return undefined;
  }
  const isAscii = grid.isAscii && textStart === 0 && headerBytes.every((byte) => byte < 0x80);
  const textOf = textReader(bytes, isAscii);
  const columns = titles.map((title, index) => {
    const hasBlanks = title.length < (spelled[index] ?? "").length;
    return once(() => readTexts(grid, index, hasBlanks, textOf));
  });
  return {
    titles,
    rowCount: grid.rowCount,
    texts: (index) => columns[index]?.().texts ?? [],
    isMarkedText: () => false,
    hasMissingWord: (index) => columns[index]?.().hasMissingWord === true,
    isAmbiguous: () => false,
    lineOfRow: (row) => lineOfOffset(bytes, grid.starts[row * (titles.length + 1)] ?? 0),
    grid,
    isAscii,
  };
}

function commasIn(line: Uint8Array): number {
  let count = 0;
  for (const byte of line) {
    count += byte === COMMA ? 1 : 0;
  }
  return count;
}

function endOfLine(bytes: Uint8Array, start: number): number {
  let at = start;
  while (at < bytes.length && bytes[at] !== LF && bytes[at] !== CR) {
    at++;
  }
  return at;
}

/** Decodes texts one by one. If many are asked for and each byte is a character, it decodes the whole file and slices it. */
function textReader(bytes: Uint8Array, isAscii: boolean): (start: number, stop: number) => string {
  const canBeSliced = isAscii && bytes.length <= MAX_TEXT_BYTES;
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
 * Reads the texts of a column. Cells equal to the one above share its string, because many columns are constant. Words for
 * missing values become null.
 */
function readTexts(
  { starts, kinds, columnCount, rowCount }: CellGrid,
  index: number,
  hasBlanks: boolean,
  textOf: (start: number, stop: number) => string,
): { readonly texts: readonly (string | null)[]; readonly hasMissingWord: boolean } {
  let hasMissingWord = false;
  const texts = new Array<string | null>(rowCount);
  let text: string | null = null;
  for (let row = 0; row < rowCount; row++) {
    const cell = row * (columnCount + 1) + index;
    if (kinds[cell] !== CELL_KIND.repeated) {
      const start = starts[cell] ?? 0;
      const stop = (starts[cell + 1] ?? 1) - 1;
      text = start === stop ? null : textOf(start, stop);
      if (text !== null && hasBlanks) {
        text = withoutOuterBlanks(text) || null;
      }
      if (text !== null && isMissingWord(text)) {
        hasMissingWord = true;
        text = null;
      }
    }
    texts[row] = text;
  }
  return { texts, hasMissingWord };
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
