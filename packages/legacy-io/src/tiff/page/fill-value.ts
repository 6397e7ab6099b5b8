// The value of pixels that were never written: GDAL leaves out strips and tiles that hold nothing else.

import type { DType } from "@kym/zarr-store";
import { createNdArray, ndArrayBytes } from "@kym/zarr-store/array";

/** One sample of a dtype as bytes in the machine's order, and the value as people read it. */
export interface FillValue {
  readonly bytes: Uint8Array;
  readonly text: string;
}

/** Makes the fill value from the text of `GDAL_NODATA`. Without one, or if the dtype does not have it, it is 0. */
export function fillValueOf(dtype: DType, noData: string | undefined): FillValue {
  const text = noData?.trim() ?? "";
  const sample = createNdArray<DType>(dtype, [1]);
  const { data } = sample;
  if (data instanceof BigInt64Array || data instanceof BigUint64Array) {
    data[0] = /^[+-]?\d{1,20}$/.test(text) ? BigInt(text) : 0n;
    data[0] = String(data[0]) === text ? data[0] : 0n;
  } else if (text !== "") {
    const wanted = numberOf(text);
    const isOfType = dtype === "bool" ? wanted === 0 || wanted === 1 : true;
    data[0] = isOfType ? wanted : 0;
    data[0] = dtype.startsWith("float") || data[0] === wanted ? data[0] : 0;
  }
  return { bytes: ndArrayBytes(sample), text: String(data[0]) };
}

function numberOf(text: string): number {
  const plain = text.toLowerCase().replace(/^\+/, "");
  if (/^-?inf(inity)?$/.test(plain)) {
    return plain.startsWith("-") ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  }
  if (/^-?nan$/.test(plain)) {
    return Number.NaN;
  }
  // Other words count as 0, and so does `0x10`, which JavaScript would take for 16.
  return /^-?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/.test(plain) ? Number(plain) : 0;
}

/** Fills whole samples. */
export function fillSamples(target: Uint8Array, { bytes }: FillValue): void {
  if (bytes.every((byte) => byte === bytes[0])) {
    target.fill(bytes[0] ?? 0);
    return;
  }
  for (let at = 0; at < target.length; at += bytes.length) {
    target.set(bytes, at);
  }
}
