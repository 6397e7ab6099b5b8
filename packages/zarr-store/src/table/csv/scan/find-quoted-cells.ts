// Cuts any CSV into cells, with or without quotes, and reports what is wrong with one that cannot be cut.

import { ZarrStoreError } from "../../../errors.ts";
import type { CsvCells } from "../csv-cells.ts";
import { csvError, lineOfOffset } from "../csv-error.ts";
import { needsTitleQuotes } from "../csv-quotes.ts";

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
  readonly texts: (string | null)[];
  /** True if a non-empty cell is in quotes. */
  hasQuotes: boolean;
}

/**
 * Cuts a UTF-8 text into cells, from `textStart` on. A text of empty lines alone has no titles and no rows.
 *
 * @throws {ZarrStoreError} `invalid_file` with the line on which the row begins.
 */
export function findQuotedCells(bytes: Uint8Array, textStart: number, maxRowBytes: number): CsvCells {
  if (bytes.length - textStart > MAX_TEXT_BYTES) {
    throw new ZarrStoreError(
      "invalid_file",
      `a CSV with quotes has ${bytes.length} bytes, at most ${MAX_TEXT_BYTES} are read`,
      { expected: MAX_TEXT_BYTES, found: bytes.length },
    );
  }
  const cutter = new CsvCutter(bytes, textStart, maxRowBytes);
  const columns = cutter.titles();
  const areQuotesForText =
    columns.some(({ isTitleQuoted }) => !isTitleQuoted) ||
    columns.every(({ title }) => needsTitleQuotes(title));
  const rowStarts: number[] = [];
  for (let start = cutter.row(columns); start !== undefined; start = cutter.row(columns)) {
    rowStarts.push(start);
  }
  return {
    titles: columns.map(({ title }) => title),
    rowCount: rowStarts.length,
    texts: (index) => columns[index]?.texts ?? [],
    isMarkedText: (index) => areQuotesForText && columns[index]?.hasQuotes === true,
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
  #at = 0;
  #rowStart = 0;
  /** True if the last cell is in quotes. */
  #isQuoted = false;

  constructor(bytes: Uint8Array, textStart: number, maxRowBytes: number) {
    this.#bytes = bytes;
    this.#textStart = textStart;
    this.#maxRowBytes = maxRowBytes;
    this.#text = UTF8.decode(bytes.subarray(textStart));
  }

  /** Reads the titles from the first line that is not empty and makes columns without cells. */
  titles(): readonly QuotedColumn[] {
    const columns: QuotedColumn[] = [];
    this.#skipEmptyLines();
    this.#rowStart = this.#at;
    let isMore = this.#at < this.#text.length;
    while (isMore) {
      const title = this.#cell() ?? "";
      columns.push({ title, isTitleQuoted: this.#isQuoted, texts: [], hasQuotes: false });
      isMore = this.#endCell();
    }
    this.#checkRowBytes();
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
    while (isMore) {
      const cell = this.#cell();
      const column = columns[count];
      count++;
      if (column !== undefined) {
        // A constant column keeps a single string.
        const above = column.texts.at(-1);
        column.texts.push(cell === above ? above : cell);
        column.hasQuotes ||= this.#isQuoted && cell !== "";
      }
      isMore = this.#endCell();
    }
    if (count !== columns.length) {
      throw this.#error(`a row of ${count} cells, expected ${columns.length}, one per title`, {
        expected: columns.length,
        found: count,
      });
    }
    this.#checkRowBytes();
    return this.#rowStart;
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
    const start = this.#at;
    let at = start;
    for (; at < text.length; at++) {
      const code = text.charCodeAt(at);
      if (code === COMMA || code === LF || code === CR) {
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

  /** Skips the comma or line end after a cell. Returns true if the row goes on. */
  #endCell(): boolean {
    const code = this.#text.charCodeAt(this.#at);
    if (this.#at < this.#text.length && code !== COMMA && code !== LF && code !== CR) {
      throw this.#error("text after a closing quote");
    }
    this.#at++;
    if (code === CR && this.#text.charCodeAt(this.#at) === LF) {
      this.#at++;
    }
    return code === COMMA;
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
