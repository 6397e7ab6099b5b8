// Finds the pages of a Parquet file that is written plainly, as ours are, and reads their headers within bounds.

import { decompress } from "fzstd";
import { zstdDecodedSizeBound } from "../../../codecs/zstd-decoded-size-bound.ts";
import type { Column, ColumnType, TableSchema } from "../../table-schema.ts";
import type { ParquetChunk, ParquetField, ParquetFooter, ParquetRowGroup } from "../parquet-footer.ts";
import { THRIFT, ThriftReader } from "../thrift-reader.ts";

/** Numbers of parquet.thrift: `CompressionCodec`, `PageType`, `Encoding`. */
const CODECS = { uncompressed: 0, zstd: 6 } as const;
const DATA_PAGE = 0;
const ENCODINGS = { plain: 0, rle: 3 } as const;

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

/** How large what is read may be. */
export interface PlainLimits {
  readonly cells: number;
  /** Of one page, unpacked. */
  readonly pageBytes: number;
}

/** The groups of rows of a file of which every column is stored plainly, and the number of rows. */
export interface PlainRowGroups {
  readonly rowGroups: readonly ParquetRowGroup[];
  readonly rowCount: number;
}

/** Undefined unless all columns are those of the schema, flat, of our types and in pages that may be plain. */
export function plainRowGroups(
  { fields, rowGroups }: ParquetFooter,
  { columns }: TableSchema,
  limits: Pick<PlainLimits, "cells">,
): PlainRowGroups | undefined {
  if (rowGroups === undefined) {
    return undefined;
  }
  const rowCount = rowGroups.reduce((sum, group) => sum + group.rowCount, 0);
  const isPlain =
    fields.length === columns.length &&
    fields.every((field, index) => isStoredAs(field, columns[index])) &&
    rowGroups.every((group) => isPlainGroup(group, fields, limits)) &&
    rowCount * columns.length <= limits.cells;
  return isPlain ? { rowGroups, rowCount } : undefined;
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

function isPlainGroup(
  { rowCount, chunks }: ParquetRowGroup,
  fields: readonly ParquetField[],
  { cells }: Pick<PlainLimits, "cells">,
): boolean {
  return (
    rowCount >= 0 &&
    rowCount <= cells &&
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

/** Unpacks Zstandard. @throws {Error} if it is damaged or, where it can tell, more than `maxBytes` would come out */
export type Unzstd = (bytes: Uint8Array, maxBytes: number) => Uint8Array;

/** A page of values. Its bytes are unpacked when they are asked for. */
export interface PlainPage {
  readonly rowCount: number;
  /** @throws {Error} if it does not unpack to as many bytes as the page says */
  bytes(): Uint8Array;
}

/**
 * Yields the pages of a chunk, which hold its rows in order.
 *
 * @throws {RangeError} for a page that is not plain, or does not fit into what holds it
 */
export function* plainPages(
  bytes: Uint8Array,
  chunk: ParquetChunk,
  { pageBytes }: Pick<PlainLimits, "pageBytes">,
  unzstd: Unzstd = (packed) => decompress(packed),
): Generator<PlainPage> {
  const end = chunk.dataPageOffset + chunk.compressedBytes;
  if (chunk.dataPageOffset < 4 || chunk.compressedBytes < 0 || end > bytes.length - 8) {
    throw new RangeError("a chunk outside of the file");
  }
  let left = chunk.valueCount;
  let at = chunk.dataPageOffset;
  while (left > 0) {
    const reader = new ThriftReader(bytes.subarray(at, end));
    const page = readPageHeader(reader);
    at += reader.position;
    if (page.compressedBytes < 0 || page.compressedBytes > end - at) {
      throw new RangeError("a page beyond its chunk");
    }
    if (page.valueCount < 1 || page.valueCount > left) {
      throw new RangeError("a page of more values than its chunk has");
    }
    const stored = bytes.subarray(at, at + page.compressedBytes);
    yield {
      rowCount: page.valueCount,
      bytes: () => (chunk.codec === CODECS.zstd ? unpack(stored, page.bytes, pageBytes, unzstd) : stored),
    };
    at += page.compressedBytes;
    left -= page.valueCount;
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

function unpack(stored: Uint8Array, sizeBytes: number, maxBytes: number, unzstd: Unzstd): Uint8Array {
  if (sizeBytes < 0 || sizeBytes > maxBytes || zstdDecodedSizeBound(stored) > maxBytes) {
    throw new RangeError(`more than ${maxBytes} bytes in a page`);
  }
  const bytes = unzstd(stored, sizeBytes);
  if (bytes.length !== sizeBytes) {
    throw new RangeError(`a page of ${bytes.length} bytes, where it says ${sizeBytes}`);
  }
  return bytes;
}

/** The levels of a page, and where its values begin. */
export interface PageLevels {
  /** 1 for a value, 0 for a null; undefined if all are values. */
  readonly levels: Uint8Array | undefined;
  readonly valuesAt: number;
}

/** @throws {RangeError} if there are fewer levels than rows */
export function levelsOfPage(bytes: Uint8Array, rowCount: number, isNullable: boolean): PageLevels {
  if (!isNullable) {
    return { levels: undefined, valuesAt: 0 };
  }
  const size = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(0, true);
  return { levels: readLevels(bytes.subarray(4, 4 + size), rowCount), valuesAt: 4 + size };
}

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
