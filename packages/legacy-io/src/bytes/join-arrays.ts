import { createNdArray, type DType, type NdArray } from "@kym/zarr-store";

/** Arrays of one type, one after the other in C order, as an array of this shape. */
export function joinArrays(dtype: DType, shape: readonly number[], parts: readonly NdArray[]): NdArray {
  const joined = createNdArray<DType>(dtype, shape);
  const target = new Uint8Array(joined.data.buffer);
  let offset = 0;
  for (const { data } of parts) {
    target.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), offset);
    offset += data.byteLength;
  }
  return joined;
}
