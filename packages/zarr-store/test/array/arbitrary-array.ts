import fc from "fast-check";
import { DTYPES, type DType, itemSizeBytes, typedArrayOver } from "../../src/array/dtype.ts";
import { createNdArray, type NdArray } from "../../src/array/nd-array.ts";
import type { AxisRange } from "../../src/array/region.ts";

export const arbitraryShape: fc.Arbitrary<number[]> = fc.array(fc.integer({ min: 0, max: 6 }), {
  maxLength: 5,
});

/** Any bytes are any values, NaNs of every kind included; for bool they are 0 and 1. */
export const arbitraryArray: fc.Arbitrary<NdArray> = fc
  .tuple(fc.constantFrom(...DTYPES), arbitraryShape)
  .chain(([dtype, shape]) => arrayOf(dtype, shape));

export function arrayOf<D extends DType>(dtype: D, shape: readonly number[]): fc.Arbitrary<NdArray<D>> {
  const sizeBytes = shape.reduce((product, length) => product * length, itemSizeBytes(dtype));
  return fc
    .uint8Array({ minLength: sizeBytes, maxLength: sizeBytes })
    .map((bytes) => new Uint8Array(dtype === "bool" ? bytes.map((byte) => byte & 1) : bytes))
    .map((bytes) => createNdArray(dtype, shape, typedArrayOver(dtype, bytes)));
}

export function selectionOf(shape: readonly number[]): fc.Arbitrary<(AxisRange | undefined)[]> {
  return fc.tuple(
    ...shape.map((length) =>
      fc.option(
        fc
          .tuple(fc.integer({ min: 0, max: length }), fc.integer({ min: 0, max: length }))
          .map(([a, b]) => ({ start: Math.min(a, b), stop: Math.max(a, b) })),
        { nil: undefined },
      ),
    ),
  );
}

/** The elements of a region, each one fetched by its own index. */
export function naiveSlice(array: NdArray, selection: readonly (AxisRange | undefined)[]): NdArray {
  const ranges = array.shape.map((length, axis) => selection[axis] ?? { start: 0, stop: length });
  const shape = ranges.map(({ start, stop }) => stop - start);
  const slice = createNdArray(array.dtype, shape);
  const itemSize = itemSizeBytes(array.dtype);
  const source = new Uint8Array(array.data.buffer, array.data.byteOffset, array.data.byteLength);
  const target = new Uint8Array(slice.data.buffer);
  for (let i = 0; i < slice.data.length; i += 1) {
    let rest = i;
    let offset = 0;
    let stride = 1;
    for (let axis = shape.length - 1; axis >= 0; axis -= 1) {
      const index = rest % shape[axis]!;
      rest = (rest - index) / shape[axis]!;
      offset += (ranges[axis]!.start + index) * stride;
      stride *= array.shape[axis]!;
    }
    target.set(source.subarray(offset * itemSize, (offset + 1) * itemSize), i * itemSize);
  }
  return slice;
}

/** The bytes of an array, by which NaNs and zeros are told apart. */
export function bytesOf(array: NdArray): Buffer {
  return Buffer.from(array.data.buffer, array.data.byteOffset, array.data.byteLength);
}
