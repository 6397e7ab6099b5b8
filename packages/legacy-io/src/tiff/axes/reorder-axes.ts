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
  const steps = from.map((axis) => strides[axis] ?? 0);
  const [rowLength, rowStep] = [shape.at(-1) ?? 1, steps.at(-1) ?? 0];
  const place = shape.slice(0, -1).map(() => 0);
  let at = 0;
  for (let start = 0; start < target.data.length; start += rowLength) {
    let sourceAt = at;
    for (let index = start; index < start + rowLength; index++, sourceAt += rowStep) {
      target.data[index] = source.data[sourceAt] ?? 0;
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
  return target;
}

/** The order that undoes `from`, for an array of as many axes. */
export function inverseOrder(from: readonly number[]): readonly number[] {
  return from.map((_, axis) => from.indexOf(axis));
}

function stridesOf(shape: readonly number[]): readonly number[] {
  return shape.map((_, axis) => shape.slice(axis + 1).reduce((product, length) => product * length, 1));
}
