// Converts between JavaScript strings and Arrow's offsets and bytes.

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
