// Filters diameters over neighbouring profiles.

import { type InPieces, mapInPieces } from "../pieces.ts";
import { finiteMedian } from "../statistics/rolling-median.ts";
import type { DiameterParams } from "./diameter-params.ts";

const MAD_TO_SD = 1.4826;

/**
 * Diameters after the filter: the median of the finite ones about each, or, by Hampel (J Am Stat Assoc 69:383, 1974), that
 * median only where a diameter is further from it than so many robust standard deviations. NaN stays NaN.
 */
export function* filteredWidths(
  width: Float64Array,
  { postFilter, postFilterKernel, hampelSigmas }: DiameterParams,
): InPieces<Float64Array> {
  if (postFilter === "none") {
    return width.slice();
  }
  const half = (postFilterKernel - 1) / 2;
  const room = new Float64Array(postFilterKernel);
  const distances = new Float64Array(postFilterKernel);
  return yield* mapInPieces(width, (value, index) => {
    const median = finiteMedian(width, index - half, index + half + 1, room);
    if (Number.isNaN(value) || postFilter === "median") {
      return Number.isNaN(value) ? value : median;
    }
    const first = Math.max(0, index - half);
    const stop = Math.min(width.length, index + half + 1);
    for (let place = first; place < stop; place += 1) {
      distances[place - first] = Math.abs((width[place] ?? Number.NaN) - median);
    }
    const deviation = MAD_TO_SD * finiteMedian(distances, 0, stop - first, room);
    return Math.abs(value - median) > hampelSigmas * deviation ? median : value;
  });
}
