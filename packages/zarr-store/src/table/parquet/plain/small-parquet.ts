// Reads small Parquet files that are written plainly, as ours are, without WebAssembly.

// Ten rows of nine columns take 113 µs to an Arrow table, and 282 µs by parquet-wasm. hyparquet 1.33 takes 277 µs with Node's zlib. With
// fzstd it takes 100 µs to columns of JavaScript values, but it believes the counts in the headers of pages: those would have to be
// read and checked before it, and the columns made Arrow after it.

import type { Table } from "apache-arrow";
import { tableOfColumns } from "../../columns/arrow-column.ts";
import type { ColumnBuffers } from "../../columns/column-buffers.ts";
import type { Column, ColumnType } from "../../table-schema.ts";
import type { ParquetFooter, ParquetRowGroup } from "../parquet-footer.ts";
import { levelsOfPage, plainPages, plainRowGroups } from "./plain-pages.ts";
import { plainSchemaOf } from "./plain-schema.ts";

/** Larger files are left to the WebAssembly, which is faster per byte. */
export const SMALL_FILE_BYTES: number = 64 * 1024;
/** A run of levels takes three bytes, whatever its length. */
const MAX_CELLS = 1 << 18;
const MAX_PAGE_BYTES = 1 << 20;

const UTF8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * Reads a small file: flat columns of our types, each value as it is (`PLAIN`), uncompressed or by Zstandard, with the Arrow schema
 * of its writer. Gives the table that the WebAssembly and `normalizeTable` would give, in memory of its own.
 *
 * Every count and every offset is checked before it is believed. What only the WebAssembly looks at is not: statistics, lists of
 * encodings, and whether a Zstandard frame is whole. So it is for bytes that were checked once and whose hash is the same. Undefined for anything else that a file may hold and for every
 * fault, so that the WebAssembly decides what it is. Arrow must be loaded.
 *
 * @param footer read with its row groups
 * @param maxCells The most cells to read. The WebAssembly tells of more.
 * @see https://github.com/apache/parquet-format "Data Pages", "Run Length Encoding / Bit-Packing Hybrid"
 */
export function readSmallParquet(
  bytes: Uint8Array,
  footer: ParquetFooter,
  maxCells: number,
): Table | undefined {
  const { arrowSchema, hasOtherMetadata } = footer;
  const known = arrowSchema === undefined || hasOtherMetadata ? undefined : plainSchemaOf(arrowSchema);
  if (known === undefined || bytes.length > SMALL_FILE_BYTES) {
    return undefined;
  }
  const plain = plainRowGroups(footer, known.schema, { cells: Math.min(maxCells, MAX_CELLS) });
  if (plain === undefined) {
    return undefined;
  }
  const { rowGroups, rowCount } = plain;
  const { columns } = known.schema;
  try {
    const buffers = columns.map((column, index) => readColumn(bytes, column, rowGroups, { index, rowCount }));
    return tableOfColumns(known.schema, buffers, rowCount, known.metadata);
  } catch {
    return undefined;
  }
}

/** What is read of one column, which its pages fill from the first row on. */
interface OpenColumn {
  readonly type: ColumnType;
  readonly isNullable: boolean;
  readonly floats: Float64Array;
  readonly longs: BigInt64Array;
  /** Also the flags of booleans. */
  readonly ints: Int32Array;
  readonly offsets: Int32Array;
  readonly texts: Uint8Array[];
  valid: Uint8Array | undefined;
  row: number;
}

const NO_FLOATS = new Float64Array(0);
const NO_LONGS = new BigInt64Array(0);
const NO_INTS = new Int32Array(0);

function readColumn(
  bytes: Uint8Array,
  { type, nullable = true }: Column,
  rowGroups: readonly ParquetRowGroup[],
  { index, rowCount }: { readonly index: number; readonly rowCount: number },
): ColumnBuffers {
  const column: OpenColumn = {
    type,
    isNullable: nullable,
    floats: type === "float64" ? new Float64Array(rowCount) : NO_FLOATS,
    longs: type === "int64" ? new BigInt64Array(rowCount) : NO_LONGS,
    ints: type === "int32" || type === "bool" ? new Int32Array(rowCount) : NO_INTS,
    offsets: type === "utf8" ? new Int32Array(rowCount + 1) : NO_INTS,
    texts: [],
    valid: undefined,
    row: 0,
  };
  for (const { chunks } of rowGroups) {
    const chunk = chunks[index];
    for (const page of chunk === undefined ? [] : plainPages(bytes, chunk, { pageBytes: MAX_PAGE_BYTES })) {
      readPage(page.bytes(), page.rowCount, column);
    }
  }
  return buffersOf(column);
}

function buffersOf({ type, floats, longs, ints, offsets, texts, valid }: OpenColumn): ColumnBuffers {
  switch (type) {
    case "float64":
      return { type, values: floats, valid };
    case "int64":
      return { type, values: longs, valid };
    case "int32":
      return { type, values: ints, valid };
    case "bool":
      return { type, values: Uint8Array.from(ints), valid };
    case "utf8":
      return { type, offsets, bytes: joined(texts), valid };
    default:
      return type satisfies never;
  }
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

function readPage(bytes: Uint8Array, rowCount: number, column: OpenColumn): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const { levels, valuesAt } = levelsOfPage(bytes, rowCount, column.isNullable);
  const end = column.row + rowCount;
  if (readValues(view, valuesAt, column, { end, levels }) !== bytes.length) {
    throw new RangeError("a page that is longer than its values");
  }
  column.row = end;
}

interface PageRows {
  readonly end: number;
  readonly levels: Uint8Array | undefined;
}

/**
 * Reads the values of a page: those of nulls are left out. A read beyond the page throws a `RangeError`.
 *
 * @returns where they end
 */
function readValues(view: DataView, start: number, column: OpenColumn, { end, levels }: PageRows): number {
  const { row: first } = column;
  let at = start;
  let flag = 0;
  for (let row = first; row < end; row++) {
    if (levels?.[row - first] === 0) {
      validOf(column)[row] = 0;
      column.offsets[row + 1] = column.offsets[row] ?? 0;
      continue;
    }
    switch (column.type) {
      case "float64": {
        const value = view.getFloat64(at, true);
        column.floats[row] = value;
        at += 8;
        if (Number.isNaN(value)) {
          validOf(column)[row] = 0;
        }
        break;
      }
      case "int64":
        column.longs[row] = view.getBigInt64(at, true);
        at += 8;
        break;
      case "int32":
        column.ints[row] = view.getInt32(at, true);
        at += 4;
        break;
      case "bool":
        column.ints[row] = (view.getUint8(start + (flag >> 3)) >> (flag & 7)) & 1;
        flag++;
        break;
      case "utf8": {
        const text = textAt(view, at);
        column.texts.push(text);
        column.offsets[row + 1] = (column.offsets[row] ?? 0) + text.length;
        at += 4 + text.length;
        break;
      }
      default: {
        column.type satisfies never;
      }
    }
  }
  return at + Math.ceil(flag / 8);
}

function validOf(column: OpenColumn): Uint8Array {
  column.valid ??= new Uint8Array(
    Math.max(column.floats.length, column.longs.length, column.ints.length, column.offsets.length - 1),
  ).fill(1);
  return column.valid;
}

/** @throws {RangeError} beyond the page; {TypeError} for a text that is not UTF-8 */
function textAt(view: DataView, at: number): Uint8Array {
  const size = view.getUint32(at, true);
  if (size > view.byteLength - at - 4) {
    throw new RangeError("a text beyond its page");
  }
  const text = new Uint8Array(view.buffer, view.byteOffset + at + 4, size);
  for (const byte of text) {
    if (byte >= 0x80) {
      UTF8.decode(text);
      break;
    }
  }
  return text;
}
