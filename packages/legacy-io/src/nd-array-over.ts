import { createNdArray, type DType, type NdArray } from "@kym/zarr-store";

/** An array over `bytes`, which are elements in the machine's byte order from the beginning of their buffer on. No copy. */
export function ndArrayOver(
  dtype: DType,
  shape: readonly number[],
  { buffer, byteLength }: Uint8Array<ArrayBuffer>,
): NdArray {
  const { data } = createNdArray<DType>(dtype, [0]);
  const view: new (buffer: ArrayBuffer, offset: number, length: number) => NdArray["data"] =
    Object.getPrototypeOf(data).constructor;
  return createNdArray<DType>(dtype, shape, new view(buffer, 0, byteLength / data.BYTES_PER_ELEMENT));
}
