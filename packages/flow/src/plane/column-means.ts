// The mean of each column of a region.

import type { FlowPlane, FlowRegion } from "./plane.ts";

/** The mean over all lines of the region, by column; NaN where a pixel of the column is not finite. */
export function columnMeans(plane: FlowPlane, region: FlowRegion): Float64Array {
  const sums = new Float64Array(region.columnStop - region.columnStart);
  for (let line = region.lineStart; line < region.lineStop; line += 1) {
    const start = line * plane.columns + region.columnStart;
    for (let column = 0; column < sums.length; column += 1) {
      sums[column] = (sums[column] ?? 0) + (plane.pixels[start + column] ?? 0);
    }
  }
  return sums.map((sum) => sum / (region.lineStop - region.lineStart));
}
