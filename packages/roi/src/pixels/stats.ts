// The pixel statistics of a ROI, and the form in which a ROI stores them.

import type { RoiBounds } from "../shapes/bounds.ts";
import type { StoredRoiStats } from "../shapes/fields/stored-stats.ts";
import type { RoiMask } from "../shapes/mask.ts";
import type { Roi } from "../shapes/roi.ts";
import { type CoveredPixels, coverPixels, type Plane } from "./covered-pixels.ts";
import { bigintMoments, floatMoments, integerMoments, type ValueRange } from "./moments.ts";

/** Statistics of pixels, in the units of the pixels. If `n` is 0, all others are NaN. */
export interface RoiStats {
  readonly mean: number;
  /** Population standard deviation (ddof 0). */
  readonly sd: number;
  readonly min: number;
  readonly max: number;
  /** The number of pixels inside that are not NaN. */
  readonly n: number;
}

export interface RoiStatsOptions {
  /** Counts only the pixels inside this mask; required for a mask ROI. */
  readonly mask?: RoiMask | undefined;
}

/**
 * Computes the statistics of the pixels of a ROI. Pixels outside the plane and NaN are not counted.
 *
 * If every pixel is an integer, `mean` and the variance are the exact values, rounded once. Floats are summed
 * with compensation. `min` and `max` of 64-bit integers are rounded to doubles.
 *
 * @throws {RoiError} `invalid_argument` if the size and data of the plane or mask disagree, and for a mask ROI
 *   without its mask
 * @example
 * roiStats({ data: [1, 2, 3, 4], height: 2, width: 2 }, roi); // { mean, sd, min, max, n }
 */
export function roiStats(plane: Plane, roi: Roi | RoiBounds, options: RoiStatsOptions = {}): RoiStats {
  const pixels = coverPixels(plane, roi, options.mask);
  const { areSafeIntegers, ...range } = scan(pixels);
  if (range.n === 0) {
    return { mean: Number.NaN, sd: Number.NaN, min: Number.NaN, max: Number.NaN, n: 0 };
  }
  const bigints = areSafeIntegers ? undefined : scanBigints(pixels);
  if (bigints !== undefined) {
    return { ...bigintMoments(pixels, bigints), ...range };
  }
  return { ...(areSafeIntegers ? integerMoments(pixels, range) : floatMoments(pixels, range)), ...range };
}

/** Converts statistics to the form that a ROI stores; `undefined` unless all four values are finite. */
export function toStoredStats(stats: RoiStats): StoredRoiStats | undefined {
  const { min: imgMin, max: imgMax, mean: imgMean, sd: imgStd } = stats;
  return [imgMin, imgMax, imgMean, imgStd].every(Number.isFinite)
    ? { imgMin, imgMax, imgMean, imgStd }
    : undefined;
}

interface Scan extends ValueRange<number> {
  readonly areSafeIntegers: boolean;
}

function scan(pixels: CoveredPixels): Scan {
  let total: Scan = {
    n: 0,
    min: Number.POSITIVE_INFINITY,
    max: Number.NEGATIVE_INFINITY,
    areSafeIntegers: true,
  };
  pixels.forEachBlock((block) => {
    let { min, max, areSafeIntegers } = total;
    for (let index = 0; index < block.length; index += 1) {
      const value = block[index] ?? 0;
      min = Math.min(min, value);
      max = Math.max(max, value);
      areSafeIntegers &&= Number.isSafeInteger(value);
    }
    total = { n: total.n + block.length, min, max, areSafeIntegers };
  });
  return total;
}

/** Returns the range of the pixels if all of them are bigints; otherwise `undefined`. */
function scanBigints(pixels: CoveredPixels): ValueRange<bigint> | undefined {
  let n = 0;
  let min: bigint | undefined;
  let max: bigint | undefined;
  let areBigints = true;
  pixels.forEachValue((value) => {
    if (typeof value !== "bigint") {
      areBigints = false;
      return;
    }
    n += 1;
    min = min === undefined || value < min ? value : min;
    max = max === undefined || value > max ? value : max;
  });
  return areBigints && min !== undefined && max !== undefined ? { n, min, max } : undefined;
}
