// Converts between JavaScript strings and Arrow's offsets and bytes.

import { ZarrStoreError } from "../../errors.ts";
import { checkSize, type Utf8Buffers } from "./column-buffers.ts";

/** Packs strings all at once, which is several times faster than `vectorFromArray` of apache-arrow 21.2. */
export function packStrings(values: readonly (string | null)[]): Utf8Buffers {
  checkSize(values.reduce((sum, value) => sum + (value?.length ?? 0), 0));
  const all = values.join("");
  const bytes = new TextEncoder().encode(all);
  const ascii = bytes.length === all.length;
  const offsets = new Int32Array(values.length + 1);
  let valid: Uint8Array | undefined;
  let size = 0;
  for (let row = 0; row < values.length; row += 1) {
    const value = values[row] ?? null;
    if (value === null) {
      valid ??= new Uint8Array(values.length).fill(1);
      valid[row] = 0;
    } else {
      size += ascii ? value.length : utf8Size(value);
    }
    offsets[row + 1] = size;
  }
  return { type: "utf8", offsets, bytes, valid };
}

function utf8Size(value: string): number {
  let size = value.length;
  for (let at = 0; at < value.length; at += 1) {
    const unit = value.charCodeAt(at);
    if (unit > 0x7f) {
      // A surrogate is half of a four-byte character.
      size += unit > 0x7ff && (unit < 0xd800 || unit > 0xdfff) ? 2 : 1;
    }
  }
  return size;
}

/** Unpacks the strings of all rows, or of the given ones. */
export function unpackStrings(column: Utf8Buffers, rows?: readonly number[]): (string | null)[] {
  const { offsets, bytes, valid } = column;
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  const all = decoder.decode(bytes);
  const ascii = all.length === bytes.length;
  const count = rows?.length ?? offsets.length - 1;
  const values = new Array<string | null>(count);
  for (let index = 0; index < count; index += 1) {
    const row = rows === undefined ? index : (rows[index] ?? 0);
    const start = offsets[row] ?? 0;
    const end = offsets[row + 1] ?? 0;
    if (valid?.[row] === 0) {
      values[index] = null;
    } else {
      values[index] = ascii ? all.slice(start, end) : decoder.decode(bytes.subarray(start, end));
    }
  }
  return values;
}

/** Strings as Arrow's Utf8View keeps them: 16 bytes for each, and the bytes of the long ones in other buffers. */
export interface StringViews {
  readonly length: number;
  readonly values: Uint8Array;
  readonly variadicBuffers: readonly Uint8Array[];
}

/**
 * Packs strings that are kept as views. A view is the size and, for at most 12 bytes, the bytes themselves; otherwise four
 * bytes of prefix, the number of a buffer, and the offset in it. Source: Arrow columnar format, "Variable-size Binary View".
 *
 * @throws {ZarrStoreError} `invalid_file` for a view that lies outside its buffers. `column` names the column.
 */
export function utf8OfViews(
  { length, values, variadicBuffers }: StringViews,
  valid: Uint8Array | undefined,
  column: string,
): Utf8Buffers {
  const views = new DataView(values.buffer, values.byteOffset, values.byteLength);
  const parts: Uint8Array[] = [];
  const offsets = new Int32Array(length + 1);
  let total = 0;
  for (let row = 0; row < length; row += 1) {
    if (valid?.[row] !== 0) {
      const at = row * 16;
      const size = views.getInt32(at, true);
      const isInline = size <= 12;
      const source = isInline ? values : variadicBuffers[views.getInt32(at + 8, true)];
      const start = isInline ? at + 4 : views.getInt32(at + 12, true);
      if (source === undefined || size < 0 || start < 0 || start + size > source.length) {
        throw new ZarrStoreError("invalid_file", `${column}, row ${row}: the text lies outside its buffers`, {
          expected: source?.length ?? 0,
          found: start + size,
        });
      }
      parts.push(source.subarray(start, start + size));
      total = checkSize(total + size);
    }
    offsets[row + 1] = total;
  }
  const bytes = new Uint8Array(total);
  let end = 0;
  for (const part of parts) {
    bytes.set(part, end);
    end += part.length;
  }
  return { type: "utf8", offsets, bytes, valid };
}
