// The buffers of one column, and how rows are picked from them and joined.

import { ZarrStoreError } from "../../errors.ts";

/** The values of one column. `valid` has one byte per row, 0 for a null; it is absent if there are no nulls. */
export type ColumnBuffers =
  | { readonly type: "float64"; readonly values: Float64Array; readonly valid?: Uint8Array | undefined }
  | { readonly type: "int32"; readonly values: Int32Array; readonly valid?: Uint8Array | undefined }
  | { readonly type: "int64"; readonly values: BigInt64Array; readonly valid?: Uint8Array | undefined }
  | { readonly type: "bool"; readonly values: Uint8Array; readonly valid?: Uint8Array | undefined }
  | Utf8Buffers;

/** Strings in Arrow's layout: row `i` is the bytes from `offsets[i]` up to `offsets[i + 1]`. */
export interface Utf8Buffers {
  readonly type: "utf8";
  readonly offsets: Int32Array;
  readonly bytes: Uint8Array;
  readonly valid?: Uint8Array | undefined;
}

export function lengthOf(column: ColumnBuffers): number {
  return column.type === "utf8" ? column.offsets.length - 1 : column.values.length;
}

/** Picks the rows at `indices`, in that order; −1 gives a null. */
export function takeColumn(column: ColumnBuffers, indices: Int32Array): ColumnBuffers {
  const valid = takeValid(column.valid, indices);
  switch (column.type) {
    case "float64":
      return {
        type: "float64",
        values: take(column.values, new Float64Array(indices.length), indices),
        valid,
      };
    case "int32":
      return { type: "int32", values: take(column.values, new Int32Array(indices.length), indices), valid };
    case "int64":
      return {
        type: "int64",
        values: take(column.values, new BigInt64Array(indices.length), indices),
        valid,
      };
    case "bool":
      return { type: "bool", values: take(column.values, new Uint8Array(indices.length), indices), valid };
    case "utf8":
      return { ...takeUtf8(column, indices), valid };
    default:
      return column satisfies never;
  }
}

interface Elements<T> {
  readonly [index: number]: T;
}

function take<T, A extends { [index: number]: T }>(source: Elements<T>, target: A, indices: Int32Array): A {
  for (let row = 0; row < indices.length; row += 1) {
    const value = source[indices[row] ?? -1];
    if (value !== undefined) {
      target[row] = value;
    }
  }
  return target;
}

function takeValid(source: Uint8Array | undefined, indices: Int32Array): Uint8Array | undefined {
  if (source === undefined && !indices.includes(-1)) {
    return undefined;
  }
  const valid = new Uint8Array(indices.length);
  for (let row = 0; row < valid.length; row += 1) {
    const index = indices[row] ?? -1;
    valid[row] = index < 0 ? 0 : (source?.[index] ?? 1);
  }
  return valid;
}

function takeUtf8(source: Utf8Buffers, indices: Int32Array): Utf8Buffers {
  const offsets = new Int32Array(indices.length + 1);
  let size = 0;
  for (let row = 0; row < indices.length; row += 1) {
    const index = indices[row] ?? -1;
    size += index < 0 ? 0 : (source.offsets[index + 1] ?? 0) - (source.offsets[index] ?? 0);
    offsets[row + 1] = checkSize(size);
  }
  const bytes = new Uint8Array(size);
  for (let row = 0; row < indices.length; ) {
    // Adjacent rows, as after a filter, are copied together.
    const first = indices[row] ?? -1;
    let end = row + 1;
    while (end < indices.length && first >= 0 && indices[end] === first + (end - row)) {
      end += 1;
    }
    if (first >= 0) {
      const slice = source.bytes.subarray(source.offsets[first], source.offsets[first + (end - row)]);
      bytes.set(slice, offsets[row]);
    }
    row = end;
  }
  return { type: "utf8", offsets, bytes };
}

/** Joins columns of the same type. */
export function concatColumns(parts: readonly ColumnBuffers[], type: ColumnBuffers["type"]): ColumnBuffers {
  return spliceColumns(
    parts.map((source) => ({ source, first: 0, count: lengthOf(source) })),
    type,
  );
}

/** A range of adjacent rows of a column. */
export interface ColumnRange {
  readonly source: ColumnBuffers;
  readonly first: number;
  readonly count: number;
}

/** Joins ranges of rows from columns of the same type. */
export function spliceColumns(ranges: readonly ColumnRange[], type: ColumnBuffers["type"]): ColumnBuffers {
  const length = ranges.reduce((sum, { count }) => sum + count, 0);
  // Many ranges may be of one column, which is looked through once.
  const sources = new Set(ranges.map(({ source }) => source));
  if (ranges.length > 0 && [...sources].every(isAllNull)) {
    return nullColumn(type, length);
  }
  const valid = spliceValid(ranges, length);
  switch (type) {
    case "float64":
      return { type, values: splice(ranges, new Float64Array(length), Float64Array), valid };
    case "int32":
      return { type, values: splice(ranges, new Int32Array(length), Int32Array), valid };
    case "int64":
      return { type, values: splice(ranges, new BigInt64Array(length), BigInt64Array), valid };
    case "bool":
      return { type, values: splice(ranges, new Uint8Array(length), Uint8Array), valid };
    case "utf8":
      return { ...spliceUtf8(ranges, length), valid };
    default:
      return type satisfies never;
  }
}

interface Spliceable<A> {
  set(source: A, offset: number): void;
  subarray(begin: number, end: number): A;
}

function splice<A extends Spliceable<A>>(ranges: readonly ColumnRange[], target: A, kind: new () => A): A {
  let at = 0;
  for (const { source, first, count } of ranges) {
    if (source.type !== "utf8" && source.values instanceof kind) {
      const values: A = source.values;
      target.set(values.subarray(first, first + count), at);
      at += count;
    }
  }
  return target;
}

function spliceValid(ranges: readonly ColumnRange[], length: number): Uint8Array | undefined {
  if (ranges.every(({ source }) => source.valid === undefined)) {
    return undefined;
  }
  const valid = new Uint8Array(length).fill(1);
  let at = 0;
  for (const { source, first, count } of ranges) {
    if (source.valid !== undefined) {
      valid.set(source.valid.subarray(first, first + count), at);
    }
    at += count;
  }
  return valid;
}

function spliceUtf8(ranges: readonly ColumnRange[], length: number): Utf8Buffers {
  const offsets = new Int32Array(length + 1);
  let size = 0;
  for (const { source, first, count } of ranges) {
    size += source.type === "utf8" ? (source.offsets[first + count] ?? 0) - (source.offsets[first] ?? 0) : 0;
  }
  const bytes = new Uint8Array(checkSize(size));
  let row = 0;
  size = 0;
  for (const { source, first, count } of ranges) {
    if (source.type === "utf8") {
      const start = source.offsets[first] ?? 0;
      const end = source.offsets[first + count] ?? 0;
      bytes.set(source.bytes.subarray(start, end), size);
      for (let index = first + 1; index <= first + count; index += 1) {
        row += 1;
        offsets[row] = size + (source.offsets[index] ?? 0) - start;
      }
      size += end - start;
    }
  }
  return { type: "utf8", offsets, bytes };
}

/** True if every row is null. Such columns are common; joining them needs only untouched, zeroed memory, which is free. */
export function isAllNull({ valid }: ColumnBuffers): boolean {
  return valid !== undefined && !valid.includes(1);
}

/** Makes a column of nulls. */
export function nullColumn(type: ColumnBuffers["type"], length: number): ColumnBuffers {
  const valid = new Uint8Array(length);
  switch (type) {
    case "float64":
      return { type, values: new Float64Array(length), valid };
    case "int32":
      return { type, values: new Int32Array(length), valid };
    case "int64":
      return { type, values: new BigInt64Array(length), valid };
    case "bool":
      return { type, values: new Uint8Array(length), valid };
    case "utf8":
      return { type, offsets: new Int32Array(length + 1), bytes: new Uint8Array(), valid };
    default:
      return type satisfies never;
  }
}

/** The length of V8's longest string, and so the most text that is packed or unpacked at once. */
const maxTextBytes = 2 ** 29 - 24;

/** Returns `sizeBytes`. @throws {ZarrStoreError} `not_supported` if a column has more than 512 MiB of text. */
export function checkSize(sizeBytes: number): number {
  if (sizeBytes > maxTextBytes) {
    throw new ZarrStoreError(
      "not_supported",
      `a column of ${sizeBytes} bytes of text, at most ${maxTextBytes}`,
      {
        expected: maxTextBytes,
        found: sizeBytes,
      },
    );
  }
  return sizeBytes;
}
