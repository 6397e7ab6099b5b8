// Recognises Arrow columns that are already in our form, which need no conversion.

import type { Data, Table, Vector } from "apache-arrow";
import { type ColumnType, columnTypeOf } from "../table-schema.ts";
import { checkSize } from "./column-buffers.ts";

/** A column of one of our types in one chunk, without NaN, which starts where its buffers start. */
export interface NormalizedColumn {
  readonly type: ColumnType;
  readonly data: Data;
}

/** Returns the column, not copied, if it is a {@link NormalizedColumn}; otherwise undefined. */
export function normalizedColumnOf(vector: Vector): NormalizedColumn | undefined {
  const [data] = vector.data;
  const type = columnTypeOf(vector.type);
  if (vector.data.length !== 1 || data === undefined || type === undefined || data.offset !== 0) {
    return undefined;
  }
  const isNormal = type === "float64" ? !hasNaN(data) : type !== "utf8" || data.valueOffsets[0] === 0;
  return isNormal ? { type, data } : undefined;
}

/** Copies a normalized column. @throws {ZarrStoreError} `not_supported` for more than 512 MiB of text. */
export function copyNormalizedColumn({ type, data }: NormalizedColumn): Data {
  const { length, nullCount } = data;
  const bitmapBytes = Math.ceil(length / 8);
  const nullBitmap = nullCount === 0 ? new Uint8Array() : data.nullBitmap.slice(0, bitmapBytes);
  if (type === "utf8") {
    const valueOffsets: Int32Array = data.valueOffsets.slice(0, length + 1);
    const values = data.values.slice(0, checkSize(valueOffsets[length] ?? 0));
    return data.clone(data.type, 0, length, nullCount, [valueOffsets, values, nullBitmap, undefined]);
  }
  const values = data.values.slice(0, type === "bool" ? bitmapBytes : length);
  return data.clone(data.type, 0, length, nullCount, [undefined, values, nullBitmap, undefined]);
}

/**
 * True if `normalizeTable` would only copy the table.
 *
 * With `"own buffers"`, no two columns may share a buffer either, because apache-arrow 21.2 cannot write such a table.
 */
export function isNormalizedTable(
  table: Table,
  memory: "own buffers" | "shared buffers" = "own buffers",
): boolean {
  const buffers = new Set<ArrayBufferLike>();
  return table.schema.fields.every((field, index) => {
    const vector = table.getChildAt(index);
    const normal = vector === null ? undefined : normalizedColumnOf(vector);
    if (normal === undefined || (!field.nullable && normal.data.nullCount > 0)) {
      return false;
    }
    if (memory === "shared buffers") {
      return true;
    }
    const { values, valueOffsets, nullBitmap } = normal.data;
    const own = [values, valueOffsets, nullBitmap]
      .filter((view) => view?.length > 0)
      .map(({ buffer }) => buffer);
    const isShared = new Set(own).size < own.length || own.some((buffer) => buffers.has(buffer));
    for (const buffer of own) {
      buffers.add(buffer);
    }
    return !isShared;
  });
}

function hasNaN({ values, length }: Data): boolean {
  for (let row = 0; row < length; row += 1) {
    if (Number.isNaN(values[row])) {
      return true;
    }
  }
  return false;
}
