// Filters diameters over neighbouring profiles.

import { finiteMedian, medianOf } from "../statistics/rolling-median.ts";
import type { DiameterParams } from "./diameter-params.ts";

const MAD_TO_SD = 1.4826;

/**
 * Diameters after the filter: the median of the finite ones about each, or, by Hampel (J Am Stat Assoc 69:383, 1974), that
 * median only where a diameter is further from it than so many robust standard deviations. NaN stays NaN.
 */
export function filteredWidths(
  width: Float64Array,
  { postFilter, postFilterKernel, hampelSigmas }: DiameterParams,
): Float64Array {
  if (postFilter === "none") {
    return width.slice();
  }
  const half = (postFilterKernel - 1) / 2;
  const room = new Float64Array(postFilterKernel);
  return width.map((value, index) => {
    const median = finiteMedian(width, index - half, index + half + 1, room);
    if (Number.isNaN(value) || postFilter === "median") {
      return Number.isNaN(value) ? value : median;
    }
    const near = width.subarray(Math.max(0, index - half), index + half + 1);
    const deviation = MAD_TO_SD * medianOf(near.map((one) => Math.abs(one - median)));
    return Math.abs(value - median) > hampelSigmas * deviation ? median : value;
  });
}
