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
