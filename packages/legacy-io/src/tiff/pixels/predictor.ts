// Undoes TIFF's predictors, which store differences instead of values.

import { MACHINE_ENDIAN } from "@kym/zarr-store/bytes";

const IS_LITTLE_ENDIAN = MACHINE_ENDIAN === "little";

/**
 * Undoes predictor 2 in place: each sample was stored as its difference from the sample `stride` places before it in the row.
 * `bytes` holds whole rows of elements in the machine's byte order.
 * Source: TIFF 6.0, §14.
 */
export function undoDifferences(
  bytes: Uint8Array<ArrayBuffer>,
  itemBytes: 1 | 2 | 4 | 8,
  rowLength: number,
  stride: number,
): void {
  const { buffer, byteOffset, byteLength } = bytes;
  const count = byteLength / itemBytes;
  switch (itemBytes) {
    case 1:
      addAlongRows(new Uint8Array(buffer, byteOffset, count), rowLength, stride);
      break;
    case 2:
      addAlongRows(new Uint16Array(buffer, byteOffset, count), rowLength, stride);
      break;
    case 4:
      addAlongRows(new Uint32Array(buffer, byteOffset, count), rowLength, stride);
      break;
    case 8:
      addLongAlongRows(new BigUint64Array(buffer, byteOffset, count), rowLength, stride);
      break;
    default:
      itemBytes satisfies never;
  }
}

function addAlongRows(
  values: Uint8Array | Uint16Array | Uint32Array,
  rowLength: number,
  stride: number,
): void {
  for (let row = 0; row < values.length; row += rowLength) {
    const stop = row + rowLength;
    for (let index = row + stride; index < stop; index++) {
      values[index] = (values[index] ?? 0) + (values[index - stride] ?? 0);
    }
  }
}

function addLongAlongRows(values: BigUint64Array, rowLength: number, stride: number): void {
  for (let row = 0; row < values.length; row += rowLength) {
    const stop = row + rowLength;
    for (let index = row + stride; index < stop; index++) {
      values[index] = (values[index] ?? 0n) + (values[index - stride] ?? 0n);
    }
  }
}

/**
 * Undoes predictor 3 in place: the bytes of a row of floating-point numbers were grouped by significance, most significant
 * first, and stored as differences. The result is in the machine's byte order, whatever the file's order.
 * Source: Adobe Photoshop TIFF Technical Note 3.
 */
export function undoFloatDifferences(
  bytes: Uint8Array<ArrayBuffer>,
  itemBytes: 1 | 2 | 4 | 8,
  rowLength: number,
  stride: number,
): void {
  const rowBytes = rowLength * itemBytes;
  const row = new Uint8Array(rowBytes);
  for (let start = 0; start < bytes.length; start += rowBytes) {
    row.set(bytes.subarray(start, start + rowBytes));
    for (let index = stride; index < rowBytes; index++) {
      row[index] = (row[index] ?? 0) + (row[index - stride] ?? 0);
    }
    for (let index = 0; index < rowLength; index++) {
      for (let byte = 0; byte < itemBytes; byte++) {
        const place = IS_LITTLE_ENDIAN ? itemBytes - 1 - byte : byte;
        bytes[start + index * itemBytes + place] = row[byte * rowLength + index] ?? 0;
      }
    }
  }
}
