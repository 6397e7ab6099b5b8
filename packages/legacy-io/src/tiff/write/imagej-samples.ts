// Converts pixels to a dtype that ImageJ can show, without changing a value.

import type { DType, NdArray } from "@kym/zarr-store";
import { createNdArray } from "@kym/zarr-store/array";
import { LegacyIoError } from "../../errors.ts";

/** The dtypes that ImageJ shows unchanged, with their `SampleFormat`. */
const SAMPLE_FORMATS: ReadonlyMap<DType, number> = new Map([
  ["uint8", 1],
  ["uint16", 1],
  ["int16", 2],
  ["float32", 3],
]);

/** For some dtypes, the ImageJ dtype that holds all their values. The others are checked value by value. */
const WIDER: ReadonlyMap<DType, "uint8" | "int16"> = new Map([
  ["bool", "uint8"],
  ["int8", "int16"],
]);

/** Pixels in a dtype that ImageJ has. */
export interface ImageJSamples {
  readonly array: NdArray;
  readonly sampleFormat: number;
}

/**
 * Converts the pixels of an array to a dtype that ImageJ has. No value changes:
 *
 * | array | ImageJ |
 * |---|---|
 * | uint8, uint16, int16, float32 | the same |
 * | bool | uint8, 0 and 1 |
 * | int8 | int16 |
 * | int32, uint32, int64, uint64, float64 | float32, if every value is exactly a float32 |
 * @throws {LegacyIoError} `not_supported`, with the first value that is not exactly a float32
 */
export function imageJSamples(array: NdArray): ImageJSamples {
  const asItIs = SAMPLE_FORMATS.get(array.dtype);
  if (asItIs !== undefined) {
    return { array, sampleFormat: asItIs };
  }
  const dtype = WIDER.get(array.dtype) ?? "float32";
  const samples = createNdArray(dtype, array.shape);
  for (let index = 0; index < array.data.length; index++) {
    const value = array.data[index] ?? 0;
    const sample = Number(value);
    samples.data[index] = sample;
    if (dtype === "float32" && !isExact(value, samples.data[index] ?? 0)) {
      throw new LegacyIoError(
        "not_supported",
        `an ImageJ TIFF cannot hold ${array.dtype}: its value ${value} at element ${index} is not exactly a float32`,
        { tag: "BitsPerSample", found: value },
      );
    }
  }
  return { array: samples, sampleFormat: SAMPLE_FORMATS.get(dtype) ?? 1 };
}

function isExact(value: number | bigint, sample: number): boolean {
  return typeof value === "bigint"
    ? Number.isFinite(sample) && BigInt(sample) === value
    : Object.is(sample, value);
}
