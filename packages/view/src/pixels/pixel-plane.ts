// A plane of pixels: what the functions of this folder read.

/** Numbers of any type that is not BigInt. */
export type PixelArray =
  | Uint8Array
  | Uint8ClampedArray
  | Int8Array
  | Uint16Array
  | Int16Array
  | Uint32Array
  | Int32Array
  | Float32Array
  | Float64Array;

/** A kymograph, row-major: `pixels[line * columns + column]`. Lines are time, columns are space. */
export interface PixelPlane {
  readonly pixels: PixelArray;
  readonly lines: number;
  readonly columns: number;
}

/** Pixels of any type as numbers. 64-bit integers become doubles, which is exact enough for 256 levels. */
export function numbersOf(elements: PixelArray | BigInt64Array | BigUint64Array): PixelArray {
  return elements instanceof BigInt64Array || elements instanceof BigUint64Array
    ? Float64Array.from(elements, Number)
    : elements;
}

/**
 * The plane of a two-dimensional array, `shape` `[lines, columns]`, of any type; the pixels are not copied unless they are 64-bit
 * integers.
 */
export function pixelPlaneOf({
  data,
  shape: [lines = 0, columns = 0],
}: {
  readonly data: PixelArray | BigInt64Array | BigUint64Array;
  readonly shape: readonly number[];
}): PixelPlane {
  return { pixels: numbersOf(data), lines, columns };
}
