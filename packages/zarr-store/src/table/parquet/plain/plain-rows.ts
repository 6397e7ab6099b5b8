// Reads rows of a Parquet file that is written plainly, as ours are, without Arrow and WebAssembly.

// The rows of one image among 10 000, in a table of 100 000 rows, take 6 ms of CPU, 30 the first time; by parquet-wasm and Arrow 37, and 250
// the first time.

import type { CellValue, Column, Row, TableSchema } from "../../table-schema.ts";
import { parquetFooterOf } from "../parquet-footer.ts";
import { levelsOfPage, type PlainPage, plainPages, plainRowGroups, type Unzstd } from "./plain-pages.ts";
import { plainSchemaOf } from "./plain-schema.ts";

/** As many cells as are decoded by default. */
const MAX_CELLS = 1 << 26;
/** Our writer ends a page after 1 MiB, or after the 1024 values that it takes at once. */
const MAX_PAGE_BYTES = 1 << 26;

const MAGIC: readonly number[] = [0x50, 0x41, 0x52, 0x31];
const UTF8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

export interface PlainRowsOptions {
  /** Only the rows that have this text in this column. Default: all. */
  readonly where?: { readonly column: string; readonly text: string } | undefined;
  /** The columns to read. Default: all. */
  readonly columns?: readonly string[] | undefined;
  /** Unpacks Zstandard faster than JavaScript does. */
  readonly unzstd?: Unzstd | undefined;
}

/** Rows of a table, in order, and the schema of all its columns. */
export interface PlainRows {
  readonly schema: TableSchema;
  readonly rows: readonly Row[];
}

/**
 * Reads rows of a Parquet file: flat columns of our types, each value as it is (`PLAIN`), uncompressed or by Zstandard, with the
 * Arrow schema of its writer. Of the columns only the pages with a wanted row are unpacked.
 *
 * Every count and every offset that is followed is checked. What is not read is not: so it is for bytes that were checked once and
 * whose hash is the same. Undefined for anything else that a file may hold, for a fault in what is read, and without the column
 * that the rows are chosen by: the general reader decides what it is.
 *
 * @see https://github.com/apache/parquet-format "Data Pages"
 */
export function plainRowsOf(bytes: Uint8Array, options: PlainRowsOptions = {}): PlainRows | undefined {
  try {
    return readRows(bytes, options);
  } catch {
    return undefined;
  }
}

function readRows(
  bytes: Uint8Array,
  { where, columns: wanted, unzstd }: PlainRowsOptions,
): PlainRows | undefined {
  if (!isFramed(bytes)) {
    return undefined;
  }
  const footer = parquetFooterOf(bytes, { rowGroups: true });
  const known = footer.arrowSchema === undefined ? undefined : plainSchemaOf(footer.arrowSchema);
  const plain = known && plainRowGroups(footer, known.schema, { cells: MAX_CELLS });
  if (known === undefined || plain === undefined || footer.hasOtherMetadata) {
    return undefined;
  }
  const { schema } = known;
  const pagesOf = (index: number): readonly PlacedPage[] => {
    const pages: PlacedPage[] = [];
    let first = 0;
    for (const { chunks } of plain.rowGroups) {
      const chunk = chunks[index];
      const found =
        chunk === undefined ? [] : plainPages(bytes, chunk, { pageBytes: MAX_PAGE_BYTES }, unzstd);
      for (const page of found) {
        pages.push({ page, first });
        first += page.rowCount;
      }
    }
    return pages;
  };
  const by = schema.columns.findIndex(({ name }) => name === where?.column);
  const byColumn = schema.columns[by];
  if (where !== undefined && byColumn?.type !== "utf8") {
    return undefined;
  }
  const picked =
    where === undefined || byColumn === undefined
      ? Array.from({ length: plain.rowCount }, (_, row) => row)
      : rowsWithText(pagesOf(by), byColumn, where.text);
  const rows = picked.map((): Record<string, CellValue> => ({}));
  for (const [index, column] of schema.columns.entries()) {
    // Such a name cannot be assigned.
    if (column.name === "__proto__") {
      return undefined;
    }
    if (wanted === undefined || wanted.includes(column.name)) {
      fillColumn(rows, picked, pagesOf(index), column);
    }
  }
  return { schema, rows };
}

/** Whether the frame is that of a Parquet file: see `checkFrame` of the general reader, which says what is wrong. */
function isFramed(bytes: Uint8Array): boolean {
  const { length } = bytes;
  return (
    length >= 12 &&
    MAGIC.every((byte, index) => bytes[index] === byte && bytes[length - 4 + index] === byte) &&
    new DataView(bytes.buffer, bytes.byteOffset, length).getUint32(length - 8, true) <= length - 12
  );
}

interface PlacedPage {
  readonly page: PlainPage;
  /** Its first row. */
  readonly first: number;
}

/** The rows that have a text, in order. */
function rowsWithText(pages: readonly PlacedPage[], column: Column, text: string): readonly number[] {
  const wanted = new TextEncoder().encode(text);
  const found: number[] = [];
  for (const { page, first } of pages) {
    const bytes = page.bytes();
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const { levels, valuesAt } = levelsOfPage(bytes, page.rowCount, column.nullable !== false);
    let at = valuesAt;
    for (let row = 0; row < page.rowCount; row++) {
      if (levels?.[row] === 0) {
        continue;
      }
      const size = view.getUint32(at, true);
      if (size === wanted.length && isAt(bytes, at + 4, wanted)) {
        found.push(first + row);
      }
      at += 4 + size;
    }
    if (at !== bytes.length) {
      throw new RangeError("a page that is longer or shorter than its values");
    }
  }
  return found;
}

/** Texts of a table often begin alike, so they are compared from the end. */
function isAt(bytes: Uint8Array, at: number, wanted: Uint8Array): boolean {
  for (let index = wanted.length - 1; index >= 0; index--) {
    if (bytes[at + index] !== wanted[index]) {
      return false;
    }
  }
  return true;
}

function fillColumn(
  rows: readonly Record<string, CellValue>[],
  picked: readonly number[],
  pages: readonly PlacedPage[],
  column: Column,
): void {
  let next = 0;
  for (const { page, first } of pages) {
    const begin = next;
    while ((picked[next] ?? Number.POSITIVE_INFINITY) < first + page.rowCount) {
      next++;
    }
    if (next > begin) {
      const places = picked.slice(begin, next).map((row) => row - first);
      for (const [index, cell] of cellsOfPage(page, column, places).entries()) {
        const row = rows[begin + index];
        if (row !== undefined) {
          row[column.name] = cell;
        }
      }
    }
  }
}

/** Reads cells of a page, in order. Those before them are passed over. A read beyond the page throws a `RangeError`. */
function cellsOfPage(page: PlainPage, column: Column, places: readonly number[]): CellValue[] {
  const { nullable } = column;
  const bytes = page.bytes();
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const { levels, valuesAt } = levelsOfPage(bytes, page.rowCount, nullable !== false);
  const cells: CellValue[] = [];
  let at = valuesAt;
  let values = 0;
  for (let row = 0; cells.length < places.length; row++) {
    const isWanted = places[cells.length] === row;
    if (levels?.[row] === 0) {
      if (isWanted) {
        cells.push(null);
      }
      continue;
    }
    switch (column.type) {
      case "utf8": {
        const size = view.getUint32(at, true);
        if (isWanted) {
          cells.push(textAt(bytes, at + 4, size));
        }
        at += 4 + size;
        break;
      }
      case "bool":
        if (isWanted) {
          cells.push(((view.getUint8(valuesAt + (values >> 3)) >> (values & 7)) & 1) === 1);
        }
        break;
      case "int64":
        if (isWanted) {
          cells.push(view.getBigInt64(valuesAt + 8 * values, true));
        }
        break;
      case "int32":
        if (isWanted) {
          cells.push(view.getInt32(valuesAt + 4 * values, true));
        }
        break;
      case "float64":
        if (isWanted) {
          cells.push(floatAt(view, valuesAt + 8 * values, nullable !== false));
        }
        break;
      default: {
        column.type satisfies never;
      }
    }
    values++;
  }
  return cells;
}

/** NaN is NULL, as in a table. @throws {RangeError} for one where no NULL may be */
function floatAt(view: DataView, at: number, isNullable: boolean): number | null {
  const value = view.getFloat64(at, true);
  if (Number.isNaN(value) && !isNullable) {
    throw new RangeError("NaN where no NULL may be");
  }
  return Number.isNaN(value) ? null : value;
}

/** @throws {RangeError} beyond the page; {TypeError} for a text that is not UTF-8 */
function textAt(bytes: Uint8Array, at: number, size: number): string {
  if (size > bytes.length - at) {
    throw new RangeError("a text beyond its page");
  }
  return UTF8.decode(bytes.subarray(at, at + size));
}
