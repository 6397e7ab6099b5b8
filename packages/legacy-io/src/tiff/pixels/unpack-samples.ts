// Turns samples that the file stores in other widths than the array into its elements.

import type { SampleFormat } from "../page/sample-format.ts";

const REVERSED: Uint8Array = Uint8Array.from({ length: 256 }, (_, byte) => {
  let reversed = 0;
  for (let bit = 0; bit < 8; bit++) {
    reversed |= ((byte >> bit) & 1) << (7 - bit);
  }
  return reversed;
});

/** Copies bytes with the order of their bits turned round, as `FillOrder` 2 stores them (TIFF 6.0, page 32). */
export function reverseBits(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const turned = new Uint8Array(bytes.length);
  for (let index = 0; index < bytes.length; index++) {
    turned[index] = REVERSED[bytes[index] ?? 0] ?? 0;
  }
  return turned;
}

/**
 * Turns whole stored rows into elements of the array, in the machine's byte order. `target` has exactly their size. Stored
 * float16 must be in the machine's byte order.
 */
export function unpackRows(
  stored: Uint8Array<ArrayBuffer>,
  { layout, bits, dtype }: SampleFormat,
  rowLength: number,
  target: Uint8Array<ArrayBuffer>,
): void {
  if (layout === "half") {
    const halves = new Uint16Array(stored.buffer, stored.byteOffset, stored.byteLength / 2);
    const floats = new Uint32Array(target.buffer, target.byteOffset, target.byteLength / 4);
    for (let index = 0; index < halves.length; index++) {
      floats[index] = floatBitsOf(halves[index] ?? 0);
    }
    return;
  }
  const values =
    dtype === "uint16" ? new Uint16Array(target.buffer, target.byteOffset, target.byteLength / 2) : target;
  unpackBits(stored, bits, rowLength, values);
}

function unpackBits(
  stored: Uint8Array,
  bits: number,
  rowLength: number,
  values: Uint8Array | Uint16Array,
): void {
  const rowBytes = Math.ceil((rowLength * bits) / 8);
  const mask = (1 << bits) - 1;
  const rows = values.length / rowLength;
  for (let row = 0; row < rows; row++) {
    let at = row * rowBytes;
    let buffer = 0;
    let held = 0;
    const stop = (row + 1) * rowLength;
    for (let index = row * rowLength; index < stop; index++) {
      while (held < bits) {
        buffer = ((buffer << 8) | (stored[at++] ?? 0)) & 0xffffff;
        held += 8;
      }
      held -= bits;
      values[index] = (buffer >> held) & mask;
    }
  }
}

/**
 * The bits of the binary32 of IEEE 754 that has the value of a binary16: one bit of sign, five of exponent, ten of fraction.
 * Every value has one, and a NaN keeps its bits.
 */
function floatBitsOf(half: number): number {
  const sign = (half & 0x8000) << 16;
  const exponent = (half >> 10) & 0x1f;
  const fraction = half & 0x3ff;
  if (exponent === 0x1f) {
    return sign | 0x7f800000 | (fraction << 13);
  }
  if (exponent > 0) {
    return sign | ((exponent + 112) << 23) | (fraction << 13);
  }
  if (fraction === 0) {
    return sign;
  }
  // A number below the smallest exponent: its highest bit becomes the implicit one.
  const shift = Math.clz32(fraction) - 21;
  return sign | ((113 - shift) << 23) | (((fraction << shift) & 0x3ff) << 13);
}
