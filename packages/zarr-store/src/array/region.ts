// Regions of arrays: ranges along each axis, checked against a shape.

import { ZarrStoreError } from "../errors.ts";

import { copyBlock } from "./block.ts";
import { allocateTypedArray, type DType, itemSizeBytes } from "./dtype.ts";
import type { NdArray } from "./nd-array.ts";

/** A range of elements along one axis, from `start` up to but not including `stop`. */
export interface AxisRange {
  readonly start: number;
  readonly stop: number;
}

/** One range per axis, slowest first; `undefined` selects the whole axis. */
export type RegionSelection = readonly (AxisRange | undefined)[];

/** A complete selection: one range per axis, each within its axis. */
export type Region = readonly AxisRange[];

/**
 * Completes a selection and checks it against the shape.
 *
 * @throws {ZarrStoreError} `invalid_argument` unless there is one range per axis, each an integer range with
 * `0 ≤ start ≤ stop ≤ length`
 */
export function resolveSelection(shape: readonly number[], selection?: RegionSelection): Region {
  if (selection !== undefined && selection.length !== shape.length) {
    throw new ZarrStoreError(
      "invalid_argument",
      `a selection needs one range for each of ${shape.length} axes`,
      {
        expected: shape.length,
        found: selection.length,
      },
    );
  }
  return shape.map((length, axis) => {
    const { start, stop } = selection?.[axis] ?? { start: 0, stop: length };
    if (
      !(Number.isInteger(start) && Number.isInteger(stop) && 0 <= start && start <= stop && stop <= length)
    ) {
      throw new ZarrStoreError("invalid_argument", `axis ${axis} has no range ${start} to ${stop}`, {
        expected: `0 ≤ start ≤ stop ≤ ${length}`,
        found: { start, stop },
      });
    }
    return { start, stop };
  });
}

/** The shape of a region. */
export function regionShape(region: Region): readonly number[] {
  return region.map(({ start, stop }) => stop - start);
}

/**
 * Copies a region of an array.
 *
 * @throws {ZarrStoreError} `invalid_argument` for a selection that does not fit the array
 */
export function sliceNdArray<D extends DType>(array: NdArray<D>, selection: RegionSelection): NdArray<D> {
  const region = resolveSelection(array.shape, selection);
  const shape = regionShape(region);
  const data = allocateTypedArray(
    array.dtype,
    shape.reduce((product, length) => product * length, 1),
  );
  copyBlock(
    { bytes: bytesOf(array.data), shape: array.shape, start: region.map(({ start }) => start) },
    { bytes: bytesOf(data), shape, start: shape.map(() => 0) },
    shape,
    itemSizeBytes(array.dtype),
  );
  return { dtype: array.dtype, shape, data };
}

function bytesOf(view: ArrayBufferView<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  return new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
}
