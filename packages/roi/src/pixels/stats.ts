import type { RoiBounds } from "../shapes/bounds.ts";
import type { StoredRoiStats } from "../shapes/fields/stored-stats.ts";
import type { RoiMask } from "../shapes/mask.ts";
import type { Roi } from "../shapes/roi.ts";
import { type CoveredPixels, coverPixels, type Plane } from "./covered-pixels.ts";
import { bigintMoments, floatMoments, integerMoments, type ValueRange } from "./moments.ts";

/** Statistics of pixels, in the units of the pixels. With `n` 0 the others are NaN. */
export interface RoiStats {
  readonly mean: number;
  /** Population standard deviation (ddof 0). */
  readonly sd: number;
  readonly min: number;
  readonly max: number;
  /** Pixels counted: those inside that are not NaN. */
  readonly n: number;
}

export interface RoiStatsOptions {
  /** Counts only the pixels inside this mask; a mask ROI needs it. */
  readonly mask?: RoiMask | undefined;
}

/**
 * Statistics of the pixels of a ROI; what lies outside the plane is not counted, nor is NaN. Where every pixel is an
 * integer, `mean` and the variance are the exact values rounded once; floats are summed with compensation.
 * `min` and `max` of 64-bit integers are rounded to doubles.
 *
 * Throws `invalid_argument` if the plane's or the mask's data and size disagree, and for a mask ROI without its mask.
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

/** Statistics in the shape in which a ROI stores them; `undefined` where there is nothing finite to store. */
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

/** The range of pixels that are bigints, all of them; `undefined` if one is not. */
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
