// Puts the axes of an array into another order.

import type { NdArray } from "@kym/zarr-store";
import { createNdArray } from "@kym/zarr-store/array";

/**
 * An array whose axis `i` is axis `from[i]` of the source. Axes that `from` leaves out have length 1. It is a copy, unless the
 * elements stay in their order.
 *
 * @param from indices of axes of the source
 */
export function reorderAxes(source: NdArray, from: readonly number[]): NdArray {
  const shape = from.map((axis) => source.shape[axis] ?? 1);
  const long = from.filter((axis) => (source.shape[axis] ?? 1) > 1);
  if (long.every((axis, at) => axis >= (long[at - 1] ?? 0))) {
    return { ...source, shape };
  }
  const strides = stridesOf(source.shape);
  const target = createNdArray(source.dtype, shape);
  copyInOrder(
    bitsOf(source.data),
    bitsOf(target.data),
    shape,
    from.map((axis) => strides[axis] ?? 0),
  );
  return target;
}

/** The order that undoes `from`, for an array of as many axes. */
export function inverseOrder(from: readonly number[]): readonly number[] {
  return from.map((_, axis) => from.indexOf(axis));
}

/** Copies elements, the last axis of the target first. `steps` says how far apart they are in the source along each axis. */
function copyInOrder(source: Bits, target: Bits, shape: readonly number[], steps: readonly number[]): void {
  const [rowLength, rowStep] = [shape.at(-1) ?? 1, steps.at(-1) ?? 0];
  const place = shape.slice(0, -1).map(() => 0);
  let at = 0;
  for (let start = 0; start < target.length; start += rowLength) {
    let sourceAt = at;
    for (let index = start; index < start + rowLength; index++, sourceAt += rowStep) {
      target[index] = source[sourceAt] ?? 0;
    }
    for (let axis = place.length - 1; axis >= 0; axis--) {
      at += steps[axis] ?? 0;
      const next = (place[axis] ?? 0) + 1;
      place[axis] = next;
      if (next < (shape[axis] ?? 1)) {
        break;
      }
      at -= next * (steps[axis] ?? 0);
      place[axis] = 0;
    }
  }
}

type Bits = Uint8Array | Uint16Array | Uint32Array | BigUint64Array;

/** The elements as integers of their width: a NaN that is copied as a number may come out with other bits. */
function bitsOf({ buffer, byteOffset, length, BYTES_PER_ELEMENT: width }: NdArray["data"]): Bits {
  switch (width) {
    case 1:
      return new Uint8Array(buffer, byteOffset, length);
    case 2:
      return new Uint16Array(buffer, byteOffset, length);
    case 4:
      return new Uint32Array(buffer, byteOffset, length);
    default:
      return new BigUint64Array(buffer, byteOffset, length);
  }
}

function stridesOf(shape: readonly number[]): readonly number[] {
  return shape.map((_, axis) => shape.slice(axis + 1).reduce((product, length) => product * length, 1));
}
