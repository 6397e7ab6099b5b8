// Decides which dtype the samples of a page become, and how the file stores them.

import type { DType } from "@kym/zarr-store";
import { itemSizeBytes } from "@kym/zarr-store/array";
import type { TagValues } from "../header/tag-values.ts";
import { invalidTag, unsupportedTag } from "./tag-errors.ts";

/**
 * How the file stores the samples of a page.
 *
 * | layout | stored |
 * |---|---|
 * | `whole` | as the dtype: whole bytes in the file's byte order |
 * | `packed` | unsigned integers of 1 to 14 bits, most significant bit first; each row begins at a byte |
 * | `half` | float16 in the file's byte order |
 */
export interface SampleFormat {
  readonly dtype: DType;
  readonly layout: "whole" | "packed" | "half";
  /** Bits of one stored sample. */
  readonly bits: number;
  /**
   * True if the file does not say the bits, or says them for more samples than a pixel has. TIFF means 1 if it says none. The sizes
   * of the strips must bear it out.
   */
  readonly areBitsAssumed?: boolean | undefined;
}

const DTYPES: Readonly<Record<number, Readonly<Record<number, DType>>>> = {
  1: { 8: "uint8", 16: "uint16", 32: "uint32", 64: "uint64" },
  2: { 8: "int8", 16: "int16", 32: "int32", 64: "int64" },
  3: { 32: "float32", 64: "float64" },
  4: { 8: "uint8", 16: "uint16", 32: "uint32", 64: "uint64" },
};

/** The next larger type of packed unsigned integers. One bit is a boolean. */
const PACKED_DTYPES: Readonly<Record<number, DType>> = {
  1: "bool",
  2: "uint8",
  4: "uint8",
  6: "uint8",
  10: "uint16",
  12: "uint16",
  14: "uint16",
};

const FORMAT_NAMES: Readonly<Record<number, string>> = {
  1: "unsigned integers",
  2: "signed integers",
  3: "floating-point numbers",
  4: "samples of undefined format",
};

const FLOAT = 3;
/** A longer list is damaged. */
const MOST_SURPLUS = 64;

/**
 * Reads `BitsPerSample` and `SampleFormat`. All samples of a pixel must be alike.
 * @throws {LegacyIoError} `invalid_file` or `not_supported`, naming the tag
 */
export async function readSampleFormat(
  values: TagValues,
  samplesPerPixel: number,
  warnings: string[],
): Promise<SampleFormat> {
  const bits = await readPerSample(values, "BitsPerSample", samplesPerPixel, warnings);
  const format = await readPerSample(values, "SampleFormat", samplesPerPixel, warnings);
  const areBitsAssumed = values.storedCount("BitsPerSample") > samplesPerPixel;
  if (bits === 0 || format === 0) {
    throw invalidTag(bits === 0 ? "BitsPerSample" : "SampleFormat", "a number above 0", 0);
  }
  const dtype = DTYPES[format]?.[bits];
  if (dtype !== undefined) {
    return { dtype, layout: "whole", bits: itemSizeBytes(dtype) * 8, areBitsAssumed };
  }
  if (format === FLOAT && bits === 16) {
    return { dtype: "float32", layout: "half", bits, areBitsAssumed };
  }
  const packed = format === 1 || format === 4 ? PACKED_DTYPES[bits] : undefined;
  if (packed !== undefined) {
    return {
      dtype: packed,
      layout: "packed",
      bits,
      areBitsAssumed: areBitsAssumed || !values.has("BitsPerSample"),
    };
  }
  const kind = FORMAT_NAMES[format];
  throw kind === undefined
    ? unsupportedTag("SampleFormat", format)
    : unsupportedTag("BitsPerSample", `${kind} of ${bits} bits`);
}

/**
 * Reads a tag that has one value per sample; 1 if it is absent. All values must be equal. Values for more samples than a pixel has
 * are warned about.
 */
async function readPerSample(
  values: TagValues,
  name: "BitsPerSample" | "SampleFormat",
  samplesPerPixel: number,
  warnings: string[],
): Promise<number> {
  const count = values.storedCount(name);
  const surplus = count > samplesPerPixel && count <= MOST_SURPLUS ? count : 0;
  const all = (await values.integers(name, Math.max(samplesPerPixel, surplus)))?.subarray(0, samplesPerPixel);
  if (surplus > 0) {
    warnings.push(`TIFF tag ${name}: ${count} values for ${samplesPerPixel} samples: the first are used`);
  }
  const [first = 1] = all ?? [];
  if (all?.some((value) => value !== first)) {
    throw unsupportedTag(name, all.join(", "));
  }
  return first;
}
