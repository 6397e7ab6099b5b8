// Reads small Parquet files that are written plainly, as ours are, without WebAssembly.

// Ten rows of nine columns take 113 µs to an Arrow table, and 282 µs by parquet-wasm. hyparquet 1.33 takes 277 µs with Node's zlib. With
// fzstd it takes 100 µs to columns of JavaScript values, but it believes the counts in the headers of pages: those would have to be
// read and checked before it, and the columns made Arrow after it.

import type { Table } from "apache-arrow";
import { decompress } from "fzstd";
import { zstdDecodedSizeBound } from "../../codecs/zstd-decoded-size-bound.ts";
import { tableOfColumns } from "../columns/arrow-column.ts";
import type { ColumnBuffers } from "../columns/column-buffers.ts";
import type { Column, ColumnType } from "../table-schema.ts";
import type { ParquetChunk, ParquetField, ParquetFooter, ParquetRowGroup } from "./parquet-footer.ts";
import { smallSchemaOf } from "./small-schema.ts";
import { THRIFT, ThriftReader } from "./thrift-reader.ts";

/** Larger files are left to the WebAssembly, which is faster per byte. */
export const SMALL_FILE_BYTES: number = 64 * 1024;
/** A run of levels takes three bytes, whatever its length. */
const MAX_CELLS = 1 << 18;
const MAX_PAGE_BYTES = 1 << 20;

/** Numbers of parquet.thrift: `CompressionCodec`, `PageType`, `Encoding`. */
const CODECS = { uncompressed: 0, zstd: 6 } as const;
const DATA_PAGE = 0;
const ENCODINGS = { plain: 0, rle: 3 } as const;

const UTF8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** How each of our types is stored. Everything else is left to the WebAssembly. */
const STORED: Readonly<
  Record<
    ColumnType,
    { readonly physical: ParquetField["physical"]; readonly meanings: readonly (string | undefined)[] }
  >
> = {
  int64: { physical: "int64", meanings: [undefined, "int64"] },
  int32: { physical: "int32", meanings: [undefined, "int32"] },
  float64: { physical: "double", meanings: [undefined] },
  utf8: { physical: "byte_array", meanings: ["string"] },
  bool: { physical: "boolean", meanings: [undefined] },
};

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
  const { arrowSchema, fields, hasOtherMetadata, rowGroups } = footer;
  const known = arrowSchema === undefined || hasOtherMetadata ? undefined : smallSchemaOf(arrowSchema);
  if (known === undefined || rowGroups === undefined || bytes.length > SMALL_FILE_BYTES) {
    return undefined;
  }
  const { columns } = known.schema;
  const rowCount = rowGroups.reduce((sum, group) => sum + group.rowCount, 0);
  const isPlain =
    fields.length === columns.length &&
    fields.every((field, index) => isStoredAs(field, columns[index])) &&
    rowGroups.every((group) => isPlainGroup(group, fields)) &&
    rowCount * columns.length <= Math.min(maxCells, MAX_CELLS);
  if (!isPlain) {
    return undefined;
  }
  try {
    const buffers = columns.map((column, index) => readColumn(bytes, column, rowGroups, { index, rowCount }));
    return tableOfColumns(known.schema, buffers, rowCount, known.metadata);
  } catch {
    return undefined;
  }
}

function isStoredAs(field: ParquetField, column: Column | undefined): boolean {
  if (column === undefined) {
    return false;
  }
  const { physical, meanings } = STORED[column.type];
  return (
    field.name === column.name &&
    field.physical === physical &&
    meanings.includes(field.meaning) &&
    field.repetition === (column.nullable === false ? "required" : "optional") &&
    field.fieldId === undefined &&
    field.children.length === 0
  );
}

function isPlainGroup({ rowCount, chunks }: ParquetRowGroup, fields: readonly ParquetField[]): boolean {
  return (
    rowCount >= 0 &&
    rowCount <= MAX_CELLS &&
    chunks.length === fields.length &&
    chunks.every(
      (chunk, index) =>
        !chunk.isSpecial &&
        chunk.physical === fields[index]?.physical &&
        (chunk.codec === CODECS.uncompressed || chunk.codec === CODECS.zstd) &&
        chunk.valueCount === rowCount,
    )
  );
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
    if (chunk !== undefined) {
      readChunk(bytes, chunk, column);
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

/** Reads the pages of a chunk. */
function readChunk(bytes: Uint8Array, chunk: ParquetChunk, column: OpenColumn): void {
  const end = chunk.dataPageOffset + chunk.compressedBytes;
  if (chunk.dataPageOffset < 4 || chunk.compressedBytes < 0 || end > bytes.length - 8) {
    throw new RangeError("a chunk outside of the file");
  }
  const lastRow = column.row + chunk.valueCount;
  let at = chunk.dataPageOffset;
  while (column.row < lastRow) {
    const reader = new ThriftReader(bytes.subarray(at, end));
    const page = readPageHeader(reader);
    at += reader.position;
    if (page.compressedBytes < 0 || page.compressedBytes > end - at) {
      throw new RangeError("a page beyond its chunk");
    }
    if (page.valueCount < 1 || page.valueCount > lastRow - column.row) {
      throw new RangeError("a page of more values than its chunk has");
    }
    const stored = bytes.subarray(at, at + page.compressedBytes);
    readPage(chunk.codec === CODECS.zstd ? unpack(stored, page.bytes) : stored, page, column);
    at += page.compressedBytes;
  }
  if (at !== end) {
    throw new RangeError("a chunk that is longer than its pages");
  }
}

interface PageHeader {
  bytes: number;
  compressedBytes: number;
  valueCount: number;
}

/** Reads a `PageHeader`. @throws {RangeError} for any page that is not a plain one of data */
function readPageHeader(reader: ThriftReader): PageHeader {
  const page: PageHeader = { bytes: -1, compressedBytes: -1, valueCount: -1 };
  let type = -1;
  let encoding = -1;
  let levels = -1;
  let repetitions = -1;
  let isOther = false;
  reader.struct((field, fieldType) => {
    if (field === 5 && fieldType === THRIFT.struct) {
      reader.struct((inner, innerType) => {
        if (innerType !== THRIFT.i32) {
          return false;
        }
        const value = reader.integer();
        page.valueCount = inner === 1 ? value : page.valueCount;
        encoding = inner === 2 ? value : encoding;
        levels = inner === 3 ? value : levels;
        repetitions = inner === 4 ? value : repetitions;
        return true;
      });
      return true;
    }
    // Such as a checksum, or the header of a page of another kind.
    isOther ||= field > 3;
    if (fieldType !== THRIFT.i32) {
      return false;
    }
    const value = reader.integer();
    type = field === 1 ? value : type;
    page.bytes = field === 2 ? value : page.bytes;
    page.compressedBytes = field === 3 ? value : page.compressedBytes;
    return true;
  });
  const isPlain = type === DATA_PAGE && encoding === ENCODINGS.plain;
  if (isOther || !isPlain || levels !== ENCODINGS.rle || repetitions !== ENCODINGS.rle) {
    throw new RangeError("a page that is not plain");
  }
  return page;
}

/** @throws {Error} if it does not unpack to as many bytes as the page says */
function unpack(stored: Uint8Array, sizeBytes: number): Uint8Array {
  if (sizeBytes < 0 || sizeBytes > MAX_PAGE_BYTES || zstdDecodedSizeBound(stored) > MAX_PAGE_BYTES) {
    throw new RangeError(`more than ${MAX_PAGE_BYTES} bytes in a page`);
  }
  const bytes = decompress(stored);
  if (bytes.length !== sizeBytes) {
    throw new RangeError(`a page of ${bytes.length} bytes, where it says ${sizeBytes}`);
  }
  return bytes;
}

function readPage(bytes: Uint8Array, { valueCount }: PageHeader, column: OpenColumn): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  let levels: Uint8Array | undefined;
  if (column.isNullable) {
    const size = view.getUint32(0, true);
    levels = readLevels(bytes.subarray(4, 4 + size), valueCount);
    at = 4 + size;
  }
  const end = column.row + valueCount;
  at = readValues(view, at, column, { end, levels });
  if (at !== bytes.length) {
    throw new RangeError("a page that is longer than its values");
  }
  column.row = end;
}

/**
 * Reads the levels of a page: 1 for a value, 0 for a null. Undefined if all are values.
 *
 * @throws {RangeError} if there are fewer than `count`
 */
function readLevels(bytes: Uint8Array, count: number): Uint8Array | undefined {
  const levels = new Uint8Array(count);
  const reader = new ThriftReader(bytes);
  let row = 0;
  while (row < count) {
    const header = reader.unsigned();
    if (header % 2 === 0) {
      const end = Math.min(count, row + header / 2);
      const value = reader.byte();
      if ((value !== 0 && value !== 1) || header === 0) {
        throw new RangeError(`a run of ${header / 2} levels of ${value}`);
      }
      levels.fill(value, row, end);
      row = end;
      continue;
    }
    for (let left = (header - 1) / 2; left > 0 && row < count; left--) {
      const packed = reader.byte();
      for (let bit = 0; bit < 8 && row < count; bit++) {
        levels[row] = (packed >> bit) & 1;
        row++;
      }
    }
  }
  return levels.includes(0) ? levels : undefined;
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
