import { createNdArray, type DType, type NdArray } from "@kym/zarr-store";
import { LegacyIoError } from "../../errors.ts";

/** The types of pixels that ImageJ shows without changing a value, and what `SampleFormat` calls them. */
const SAMPLE_FORMATS: ReadonlyMap<DType, number> = new Map([
  ["uint8", 1],
  ["uint16", 1],
  ["int16", 2],
  ["float32", 3],
]);

/** The type that takes every value of another; what has none here is looked at value by value. */
const WIDER: ReadonlyMap<DType, "uint8" | "int16"> = new Map([
  ["bool", "uint8"],
  ["int8", "int16"],
]);

/** Pixels in a type that ImageJ has. */
export interface ImageJSamples {
  readonly array: NdArray;
  readonly sampleFormat: number;
}

/**
 * The pixels of an array in a type of ImageJ's, no value changed: uint8, uint16, int16 and float32 as they are, bool as
 * uint8 (0 and 1), int8 as int16; int32, uint32, int64, uint64 and float64 as float32, where each value has one.
 * Throws `not_supported`, with the first value that has none.
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
        `an ImageJ TIFF cannot hold ${array.dtype}: its value ${value} at element ${index} is no float32`,
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
