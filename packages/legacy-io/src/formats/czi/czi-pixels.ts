// Says how Zeiss CZI files store pixels, and in which type a scan of several channels has them.

import type { DType } from "@kym/zarr-store";
import { LegacyIoError } from "../../errors.ts";

/** A type of pixels. */
export interface CziPixelType {
  readonly name: string;
  /** Undefined for pixels of several samples, which no line scan has. */
  readonly dtype: "uint8" | "uint16" | "float32" | "uint32" | undefined;
  readonly itemBytes: number;
}

const PIXEL_TYPES: ReadonlyMap<number, CziPixelType> = new Map([
  [0, { name: "Gray8", dtype: "uint8", itemBytes: 1 }],
  [1, { name: "Gray16", dtype: "uint16", itemBytes: 2 }],
  [2, { name: "Gray32Float", dtype: "float32", itemBytes: 4 }],
  [3, { name: "Bgr24", dtype: undefined, itemBytes: 3 }],
  [4, { name: "Bgr48", dtype: undefined, itemBytes: 6 }],
  [8, { name: "Bgr96Float", dtype: undefined, itemBytes: 12 }],
  [9, { name: "Bgra32", dtype: undefined, itemBytes: 4 }],
  [10, { name: "Gray64ComplexFloat", dtype: undefined, itemBytes: 8 }],
  [11, { name: "Bgr192ComplexFloat", dtype: undefined, itemBytes: 24 }],
  [12, { name: "Gray32", dtype: "uint32", itemBytes: 4 }],
  [13, { name: "Gray64", dtype: undefined, itemBytes: 8 }],
]);

export function pixelTypeOf(code: number): CziPixelType {
  return PIXEL_TYPES.get(code) ?? { name: `pixel type ${code}`, dtype: undefined, itemBytes: 0 };
}

/** The types from which each value fits into the next unchanged. */
const WIDER = ["uint8", "uint16", "float32"] as const;

/**
 * The type that holds the values of all of these unchanged.
 *
 * @throws LegacyIoError `not_supported`, naming the types, if no type does
 */
export function commonType(types: readonly CziPixelType[]): DType {
  const dtypes = new Set(types.map(({ dtype }) => dtype));
  const [only] = dtypes;
  if (dtypes.size === 1 && only !== undefined) {
    return only;
  }
  const widest = WIDER.findLast((dtype) => dtypes.has(dtype));
  const isWider = [...dtypes].every((dtype) => WIDER.some((one) => one === dtype));
  if (!isWider || widest === undefined) {
    const names = [...new Set(types.map(({ name }) => name))].join(" and ");
    throw new LegacyIoError("not_supported", `a CZI with a line scan of ${names} pixels`, { found: names });
  }
  return widest;
}
