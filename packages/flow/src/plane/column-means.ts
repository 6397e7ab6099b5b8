// The mean of each column of a region.

import { type InPieces, inPieces, PLACES_AT_ONCE } from "../pieces.ts";
import type { FlowPlane, FlowRegion } from "./plane.ts";

/** The mean of the finite pixels of each column over all lines of the region; NaN for a column without one. */
export function* columnMeans(plane: FlowPlane, region: FlowRegion): InPieces<Float64Array> {
  const sums = new Float64Array(region.columnStop - region.columnStart);
  const counts = new Float64Array(sums.length);
  const addLines = (first: number, stop: number): void => {
    for (let line = region.lineStart + first; line < region.lineStart + stop; line += 1) {
      const start = line * plane.columns + region.columnStart;
      for (let column = 0; column < sums.length; column += 1) {
        const pixel = plane.pixels[start + column] ?? Number.NaN;
        if (Number.isFinite(pixel)) {
          sums[column] = (sums[column] ?? 0) + pixel;
          counts[column] = (counts[column] ?? 0) + 1;
        }
      }
    }
  };
  const lines = Math.ceil(PLACES_AT_ONCE / Math.max(1, sums.length));
  yield* inPieces(region.lineStop - region.lineStart, addLines, lines);
  return sums.map((sum, column) => sum / (counts[column] ?? 0));
}
