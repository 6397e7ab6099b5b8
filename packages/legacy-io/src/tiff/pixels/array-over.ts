// Makes an array that uses existing bytes without copying them.

import type { DType, NdArray } from "@kym/zarr-store";
import { createNdArray, itemSizeBytes } from "@kym/zarr-store/array";

/**
 * Makes an array over bytes that are its elements in the machine's byte order. Undefined if the bytes do not begin at a
 * multiple of the element size.
 */
export function arrayOver(
  dtype: DType,
  shape: readonly number[],
  { buffer, byteOffset, byteLength }: Uint8Array<ArrayBuffer>,
): NdArray | undefined {
  const size = itemSizeBytes(dtype);
  if (byteOffset % size !== 0) {
    return undefined;
  }
  const { data } = createNdArray<DType>(dtype, [0]);
  const view: new (buffer: ArrayBuffer, offset: number, length: number) => NdArray["data"] =
    Object.getPrototypeOf(data).constructor;
  return { dtype, shape, data: new view(buffer, byteOffset, byteLength / size) };
}
