import { ZarrStoreError } from "../errors.ts";

/** The values of one column in memory of its own. `valid` has a byte for each row, 0 for a null; absent without nulls. */
export type ColumnBuffers =
  | { readonly type: "float64"; readonly values: Float64Array; readonly valid?: Uint8Array | undefined }
  | { readonly type: "int32"; readonly values: Int32Array; readonly valid?: Uint8Array | undefined }
  | { readonly type: "int64"; readonly values: BigInt64Array; readonly valid?: Uint8Array | undefined }
  | { readonly type: "bool"; readonly values: Uint8Array; readonly valid?: Uint8Array | undefined }
  | Utf8Buffers;

/** Strings as Arrow has them: row `i` is `bytes[offsets[i]]` to `bytes[offsets[i + 1]]`. */
export interface Utf8Buffers {
  readonly type: "utf8";
  readonly offsets: Int32Array;
  readonly bytes: Uint8Array;
  readonly valid?: Uint8Array | undefined;
}

export function lengthOf(column: ColumnBuffers): number {
  return column.type === "utf8" ? column.offsets.length - 1 : column.values.length;
}

/** The rows at `indices`, in their order; −1 gives a null. */
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
  return Uint8Array.from(indices, (index) => (index < 0 ? 0 : (source?.[index] ?? 1)));
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
    // Rows that lie side by side, as after a filter, are copied at once.
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

/** The rows of all parts, one after another. All have the same type. */
export function concatColumns(parts: readonly ColumnBuffers[], type: ColumnBuffers["type"]): ColumnBuffers {
  const length = parts.reduce((sum, part) => sum + lengthOf(part), 0);
  const valid = concatValid(parts, length);
  switch (type) {
    case "float64":
      return { type, values: concat(parts, new Float64Array(length), Float64Array), valid };
    case "int32":
      return { type, values: concat(parts, new Int32Array(length), Int32Array), valid };
    case "int64":
      return { type, values: concat(parts, new BigInt64Array(length), BigInt64Array), valid };
    case "bool":
      return { type, values: concat(parts, new Uint8Array(length), Uint8Array), valid };
    case "utf8":
      return { ...concatUtf8(parts, length), valid };
    default:
      return type satisfies never;
  }
}

interface Settable<A> {
  set(source: A, offset: number): void;
}

function concat<A extends Settable<A>>(parts: readonly ColumnBuffers[], target: A, kind: new () => A): A {
  let at = 0;
  for (const part of parts) {
    if (part.type !== "utf8" && part.values instanceof kind) {
      target.set(part.values, at);
      at += part.values.length;
    }
  }
  return target;
}

function concatValid(parts: readonly ColumnBuffers[], length: number): Uint8Array | undefined {
  if (parts.every((part) => part.valid === undefined)) {
    return undefined;
  }
  const valid = new Uint8Array(length).fill(1);
  let at = 0;
  for (const part of parts) {
    if (part.valid !== undefined) {
      valid.set(part.valid, at);
    }
    at += lengthOf(part);
  }
  return valid;
}

function concatUtf8(parts: readonly ColumnBuffers[], length: number): Utf8Buffers {
  const strings = parts.filter((part) => part.type === "utf8");
  const offsets = new Int32Array(length + 1);
  const bytes = new Uint8Array(checkSize(strings.reduce((sum, part) => sum + sizeOf(part), 0)));
  let row = 0;
  let size = 0;
  for (const part of strings) {
    const start = part.offsets[0] ?? 0;
    bytes.set(part.bytes.subarray(start, start + sizeOf(part)), size);
    for (let index = 1; index < part.offsets.length; index += 1) {
      row += 1;
      offsets[row] = size + (part.offsets[index] ?? 0) - start;
    }
    size += sizeOf(part);
  }
  return { type: "utf8", offsets, bytes };
}

function sizeOf(column: Utf8Buffers): number {
  return (column.offsets.at(-1) ?? 0) - (column.offsets[0] ?? 0);
}

/** The longest string that V8 makes, and so the most text that is packed or unpacked in one go. */
const maxTextBytes = 2 ** 29 - 24;

/** @throws {ZarrStoreError} `not_supported` if a column has more than 512 MiB of text. */
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
