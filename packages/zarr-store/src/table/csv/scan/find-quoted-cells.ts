// Cuts any CSV into cells, with or without quotes, and reports what is wrong with one that cannot be cut.

import { ZarrStoreError } from "../../../errors.ts";
import { type CsvCells, MAX_COLUMNS } from "../csv-cells.ts";
import { csvError, lineOfOffset } from "../csv-error.ts";
import { needsTitleQuotes, withoutOuterBlanks } from "../csv-quotes.ts";
import { isMissingWord } from "./csv-spelling.ts";

const LF = 0x0a;
const CR = 0x0d;
const QUOTE = 0x22;
const COMMA = 0x2c;
const NUL = 0;
/** The length of V8's longest string. */
const MAX_TEXT_BYTES = 2 ** 29 - 24;
const UTF8 = new TextDecoder("utf-8", { ignoreBOM: true });

interface QuotedColumn {
  readonly title: string;
  readonly isTitleQuoted: boolean;
  /** True if blanks around the title were dropped; those around bare cells then are as well. */
  readonly hasBlanks: boolean;
  readonly texts: (string | null)[];
  /** True if a non-empty cell is in quotes. */
  hasQuotes: boolean;
  /** True if a bare cell was a word for a missing value; it is null in the texts. */
  hasMissingWord: boolean;
}

/** How the cells of a CSV lie in its text. */
export interface CsvLayout {
  /** The code of the character between two cells. */
  readonly separator: number;
  /** True to pass over empty cells at the end of titles and rows, and to take the names of rows that R writes. */
  readonly isLoose: boolean;
}

/** By RFC 4180. */
const STRICT: CsvLayout = { separator: COMMA, isLoose: false };
/** More cells than this in a row are an error, whatever they hold. */
const MOST_EXTRA_CELLS = 4096;

/**
 * Cuts a UTF-8 text into cells, from `textStart` on. A text of empty lines alone has no titles and no rows.
 *
 * A bare word for a missing value is a missing cell. Blanks around a bare title are dropped, and those around the bare cells
 * below it.
 *
 * @throws {ZarrStoreError} `invalid_file` with the line on which the row begins.
 */
export function findQuotedCells(
  bytes: Uint8Array,
  textStart: number,
  maxRowBytes: number,
  layout: CsvLayout = STRICT,
): CsvCells {
  if (bytes.length - textStart > MAX_TEXT_BYTES) {
    throw new ZarrStoreError(
      "invalid_file",
      `a CSV with quotes has ${bytes.length} bytes, at most ${MAX_TEXT_BYTES} are read`,
      { expected: MAX_TEXT_BYTES, found: bytes.length },
    );
  }
  const cutter = new CsvCutter(bytes, textStart, maxRowBytes, layout);
  const titled = cutter.titles();
  const areQuotesForText =
    titled.some(({ isTitleQuoted }) => !isTitleQuoted) ||
    titled.every(({ title }) => needsTitleQuotes(title));
  const rowStarts: number[] = [];
  for (let start = cutter.row(titled); start !== undefined; start = cutter.row(titled)) {
    rowStarts.push(start);
  }
  const columns = cutter.withRowNames(titled);
  return {
    titles: columns.map(({ title }) => title),
    rowCount: rowStarts.length,
    texts: (index) => columns[index]?.texts ?? [],
    isMarkedText: (index) => areQuotesForText && columns[index]?.hasQuotes === true,
    hasMissingWord: (index) => columns[index]?.hasMissingWord === true,
    isAmbiguous: () => false,
    lineOfRow: (row) => cutter.lineOf(rowStarts[row] ?? 0),
    grid: undefined,
  };
}

/** Reads the text row by row and holds the position. */
class CsvCutter {
  readonly #bytes: Uint8Array;
  readonly #textStart: number;
  readonly #maxRowBytes: number;
  readonly #text: string;
  readonly #separator: number;
  readonly #isLoose: boolean;
  /** How many cells a row needs: up to the last title that is not empty. */
  #leastCells = 0;
  /** The last cells of the rows, as long as each row has one more cell than there are titles and may begin with its name. */
  readonly #lastCells: QuotedColumn = untitled();
  /** True if one of them holds something: then they are the last column, and the first cells are the names of the rows. */
  #areRowsNamed = false;
  #rowCount = 0;
  #at = 0;
  #rowStart = 0;
  /** True if the last cell is in quotes. */
  #isQuoted = false;

  constructor(bytes: Uint8Array, textStart: number, maxRowBytes: number, layout: CsvLayout) {
    this.#bytes = bytes;
    this.#textStart = textStart;
    this.#maxRowBytes = maxRowBytes;
    this.#text = UTF8.decode(bytes.subarray(textStart));
    this.#separator = layout.separator;
    this.#isLoose = layout.isLoose;
  }

  /** Reads the titles from the first line that is not empty and makes columns without cells. */
  titles(): readonly QuotedColumn[] {
    const columns: QuotedColumn[] = [];
    this.#skipEmptyLines();
    this.#rowStart = this.#at;
    let isMore = this.#at < this.#text.length;
    while (isMore) {
      const text = this.#cell() ?? "";
      const isTitleQuoted = this.#isQuoted;
      const title = isTitleQuoted ? text : withoutOuterBlanks(text);
      const hasBlanks = title.length < text.length;
      if (columns.length === MAX_COLUMNS) {
        throw this.#error(`more than ${MAX_COLUMNS} columns`, { expected: MAX_COLUMNS });
      }
      columns.push({ title, isTitleQuoted, hasBlanks, texts: [], hasQuotes: false, hasMissingWord: false });
      isMore = this.#endCell();
    }
    this.#checkRowBytes();
    this.#leastCells = this.#isLoose
      ? 1 + columns.findLastIndex(({ title, isTitleQuoted }) => title !== "" || isTitleQuoted)
      : columns.length;
    return columns;
  }

  /**
   * Cuts the next row into the columns and returns where it begins; undefined after the last row. An empty line is skipped;
   * in a table of one column it is a missing cell.
   */
  row(columns: readonly QuotedColumn[]): number | undefined {
    if (columns.length > 1) {
      this.#skipEmptyLines();
    }
    if (this.#at >= this.#text.length) {
      return undefined;
    }
    this.#rowStart = this.#at;
    let count = 0;
    let isMore = true;
    let isFirstQuoted = false;
    let extra: string | null = null;
    let hasExtra = false;
    while (isMore) {
      const cell = this.#cell();
      const column = columns[count];
      isFirstQuoted ||= count === 0 && this.#isQuoted;
      count++;
      if (column !== undefined) {
        pushCell(column, cell, this.#isQuoted);
      } else {
        hasExtra ||= cell !== null;
        extra = cell;
      }
      isMore = this.#endCell();
    }
    const isRowName = count === columns.length + 1 && this.#mayNameRows(columns, isFirstQuoted);
    if (isRowName) {
      pushCell(this.#lastCells, extra, this.#isQuoted);
      this.#areRowsNamed ||= hasExtra;
    } else if (this.#areRowsNamed) {
      throw this.#error(`a row of ${count} cells, expected ${columns.length + 1}, as in the rows before it`, {
        expected: columns.length + 1,
        found: count,
      });
    } else if (!this.#isLoose ? count !== columns.length : !this.#isEnough(count, hasExtra, columns.length)) {
      throw this.#error(`a row of ${count} cells, expected ${columns.length}, one per title`, {
        expected: columns.length,
        found: count,
      });
    }
    for (const column of columns.slice(count)) {
      column.texts.push(null);
    }
    this.#rowCount++;
    this.#checkRowBytes();
    return this.#rowStart;
  }

  /**
   * The columns, after the last row. R's `write.table` gives the names of its rows no title: every row then has one more cell
   * than there are titles. The first column gets an empty title.
   */
  withRowNames(columns: readonly QuotedColumn[]): readonly QuotedColumn[] {
    if (!this.#areRowsNamed) {
      return columns;
    }
    const titles = [{ title: "", isTitleQuoted: true }, ...columns];
    return [...columns, this.#lastCells].map((column, index) => ({
      ...column,
      title: titles[index]?.title ?? "",
      isTitleQuoted: titles[index]?.isTitleQuoted ?? false,
    }));
  }

  /**
   * True if the first cell can be the name that R gave the row: it and all titles are in quotes, or, with `quote = FALSE`, none
   * is and no comma separates, which could mark a decimal; and all rows before could have names.
   */
  #mayNameRows(columns: readonly QuotedColumn[], isFirstQuoted: boolean): boolean {
    return (
      this.#isLoose &&
      this.#lastCells.texts.length === this.#rowCount &&
      (isFirstQuoted || this.#separator !== COMMA) &&
      columns.every(({ isTitleQuoted }) => isTitleQuoted === isFirstQuoted)
    );
  }

  /** True if a row has a cell for each title that is not empty, and none but empty ones after the last title. */
  #isEnough(count: number, hasExtra: boolean, titleCount: number): boolean {
    return count >= this.#leastCells && count <= titleCount + MOST_EXTRA_CELLS && !hasExtra;
  }

  /** Returns the line of a place in the text, counted from 1. */
  lineOf(at: number): number {
    return lineOfOffset(this.#bytes, this.#offsetOf(at));
  }

  /** Reads a cell; null if it is empty and bare. */
  #cell(): string | null {
    this.#isQuoted = this.#text.charCodeAt(this.#at) === QUOTE;
    return this.#isQuoted ? this.#quotedCell() : this.#bareCell();
  }

  #bareCell(): string | null {
    const text = this.#text;
    const separator = this.#separator;
    const start = this.#at;
    let at = start;
    for (; at < text.length; at++) {
      const code = text.charCodeAt(at);
      if (code === separator || code === LF || code === CR) {
        break;
      }
      if (code === QUOTE) {
        throw this.#error("a quote inside a cell that does not begin with one");
      }
      if (code === NUL) {
        throw this.#error("a NUL byte outside quotes");
      }
    }
    this.#at = at;
    return at === start ? null : text.slice(start, at);
  }

  #quotedCell(): string {
    const text = this.#text;
    const start = this.#at + 1;
    let end = text.indexOf('"', start);
    let hasDoubled = false;
    while (end >= 0 && text.charCodeAt(end + 1) === QUOTE) {
      hasDoubled = true;
      end = text.indexOf('"', end + 2);
    }
    if (end < 0) {
      throw this.#error("a quote that is never closed");
    }
    this.#at = end + 1;
    const cell = text.slice(start, end);
    return hasDoubled ? cell.replaceAll('""', '"') : cell;
  }

  /** Skips the separator or line end after a cell. Returns true if the row goes on. */
  #endCell(): boolean {
    const code = this.#text.charCodeAt(this.#at);
    if (this.#at < this.#text.length && code !== this.#separator && code !== LF && code !== CR) {
      throw this.#error("text after a closing quote");
    }
    this.#at++;
    if (code === CR && this.#text.charCodeAt(this.#at) === LF) {
      this.#at++;
    }
    return code === this.#separator;
  }

  #skipEmptyLines(): void {
    let code = this.#text.charCodeAt(this.#at);
    while (code === LF || code === CR) {
      this.#at++;
      code = this.#text.charCodeAt(this.#at);
    }
  }

  /** Checks the length of the last row. */
  #checkRowBytes(): void {
    const length = this.#at - this.#rowStart;
    if (length * 3 <= this.#maxRowBytes) {
      return;
    }
    const row = this.#text.slice(this.#rowStart, this.#at).replace(/[\r\n]+$/, "");
    if (row.length > this.#maxRowBytes || new TextEncoder().encode(row).length > this.#maxRowBytes) {
      throw this.#error(`a row of more than ${this.#maxRowBytes} bytes`, { expected: this.#maxRowBytes });
    }
  }

  #error(
    problem: string,
    details: { readonly expected?: number; readonly found?: number } = {},
  ): ZarrStoreError {
    return csvError(this.#bytes, this.#offsetOf(this.#rowStart), problem, details);
  }

  #offsetOf(at: number): number {
    return this.#textStart + new TextEncoder().encode(this.#text.slice(0, at)).length;
  }
}

/** A column for the cells that may come after the last title. */
function untitled(): QuotedColumn {
  return {
    ...{ title: "", isTitleQuoted: true, hasBlanks: false },
    ...{ texts: [], hasQuotes: false, hasMissingWord: false },
  };
}

function pushCell(column: QuotedColumn, cell: string | null, isQuoted: boolean): void {
  let text = cell;
  if (cell !== null && !isQuoted) {
    text = column.hasBlanks ? withoutOuterBlanks(cell) || null : cell;
    if (text !== null && isMissingWord(text)) {
      column.hasMissingWord = true;
      text = null;
    }
  }
  // A constant column keeps a single string.
  const above = column.texts.at(-1);
  column.texts.push(text === above ? above : text);
  column.hasQuotes ||= isQuoted && text !== "";
}
