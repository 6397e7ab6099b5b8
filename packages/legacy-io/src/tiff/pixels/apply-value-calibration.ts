// Gives pixel values as ImageJ shows them, by the function that its file states.

import type { NdArray } from "@kym/zarr-store";
import { createNdArray } from "@kym/zarr-store/array";
import type { ValueCalibration } from "../descriptions/value-calibration.ts";

type Curve = (x: number, p: readonly [a: number, b: number, c: number, d: number, e: number]) => number;

/** What ImageJ gives for a logarithm of 0, per coefficient. */
const LOG_OF_ZERO = -1000;

/** A function of ImageJ, and how many coefficients it needs. The keys are ImageJ's numbers of its functions. */
const CURVES: ReadonlyMap<number, readonly [coefficients: number, curve: Curve]> = new Map([
  [0, [2, (x, [a, b]) => a + b * x]],
  [1, [3, (x, [a, b, c]) => a + b * x + c * x * x]],
  [2, [4, (x, [a, b, c, d]) => a + b * x + c * x * x + d * x * x * x]],
  [3, [5, (x, [a, b, c, d, e]) => a + b * x + c * x * x + d * x * x * x + e * x * x * x * x]],
  [4, [2, (x, [a, b]) => a * Math.exp(b * x)]],
  [5, [2, (x, [a, b]) => a * x ** b]],
  [6, [2, (x, [a, b]) => a * (x === 0 ? LOG_OF_ZERO : Math.log(b * x))]],
  [7, [4, (x, [a, b, c, d]) => d + (a - d) / (1 + (x / c) ** b)]],
  [8, [4, gammaVariate]],
  [9, [3, (x, [a, b, c]) => (x > c ? a + b * Math.log(x - c) : Number.NaN)]],
  [10, [4, (x, [a, b, c, d]) => (x < a || x >= d ? 0 : c * ((x - a) / (d - x)) ** (1 / b))]],
  [11, [3, (x, [a, b, c]) => a * Math.exp(-b * x) + c]],
  [12, [4, (x, [a, b, c, d]) => a + (b - a) * Math.exp((-(x - c) * (x - c)) / (2 * d * d))]],
  [13, [3, (x, [a, b, c]) => a * (1 - Math.exp(-b * x)) + c]],
  // Optical density: the light that is lost, of 8 bits.
  [21, [0, (x) => Math.log10(255 / (x === 0 ? 0.5 : x))]],
] satisfies readonly (readonly [number, readonly [number, Curve]])[]);

function gammaVariate(
  x: number,
  [start, scale, power, decay]: readonly [number, number, number, number, number],
): number {
  if (x <= start) {
    return 0;
  }
  return scale > 0 && power > 0 && decay > 0
    ? scale * (x - start) ** power * Math.exp(-(x - start) / decay)
    : Number.NaN;
}

/**
 * Gives the values that ImageJ 1.54p shows for an image of uint8 or uint16, as float32. Undefined where ImageJ itself shows the
 * stored values, or this does not know the function: other dtypes, numbers of functions and of coefficients.
 *
 * @see https://imagej.net/ij/docs/menus/analyze.html#cal
 */
export function applyValueCalibration(
  image: NdArray,
  { functionCode, coefficients, isClippedAtZero }: ValueCalibration,
): NdArray<"float32"> | undefined {
  const [needed = 0, curve] = CURVES.get(functionCode) ?? [];
  const isOf8Bits = image.dtype === "uint8";
  const isShown = isOf8Bits || (image.dtype === "uint16" && needed > 0);
  if (curve === undefined || !isShown || coefficients.length < needed) {
    return undefined;
  }
  const [a = 0, b = 0, c = 0, d = 0, e = 0] = coefficients;
  const shown = Float32Array.from({ length: isOf8Bits ? 2 ** 8 : 2 ** 16 }, (_, value) => {
    const result = curve(value, [a, b, c, d, e]);
    return isClippedAtZero === true && result < 0 ? 0 : result;
  });
  const given = createNdArray("float32", image.shape);
  for (let index = 0; index < given.data.length; index++) {
    given.data[index] = shown[Number(image.data[index])] ?? 0;
  }
  return given;
}
