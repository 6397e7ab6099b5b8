// The brightness across a vessel, over a few lines.

import type { FlowPlane, FlowRegion } from "../plane/plane.ts";
import { medianInPlace } from "../statistics/select.ts";
import type { DiameterParams } from "./diameter-params.ts";

/** A profile by column, and what its brightness is. */
export interface Profile {
  readonly values: Float64Array;
  /** 10th and 90th percentile, linear between values; NaN without a finite value. */
  readonly baseline: number;
  readonly peak: number;
  /** The sum of the finite values. */
  readonly sum: number;
  readonly greatest: number;
}

const BASELINE_SHARE = 0.1;
const PEAK_SHARE = 0.9;

/** The mean or median of the finite pixels of each column, over the lines about one that lie in the region. */
export function profileAt(
  plane: FlowPlane,
  region: FlowRegion,
  line: number,
  { windowLines, binning, polarity }: DiameterParams,
): Profile {
  const half = (windowLines - 1) / 2;
  const first = Math.max(region.lineStart, line - half);
  const stop = Math.min(region.lineStop, line + half + 1);
  const room = new Float64Array(windowLines);
  const values = Float64Array.from({ length: region.columnStop - region.columnStart }, (_, column) => {
    let count = 0;
    let sum = 0;
    for (let row = first; row < stop; row += 1) {
      const pixel = plane.pixels[row * plane.columns + region.columnStart + column] ?? Number.NaN;
      if (Number.isFinite(pixel)) {
        room[count] = pixel;
        count += 1;
        sum += pixel;
      }
    }
    return binning === "mean" ? sum / count : medianInPlace(room, count);
  });
  return describe(polarity === "bright_on_dark" ? values : inverted(values));
}

function inverted(values: Float64Array): Float64Array {
  const greatest = Math.max(...values.filter((value) => Number.isFinite(value)));
  return values.map((value) => greatest - value);
}

function describe(values: Float64Array): Profile {
  const sorted = values.filter((value) => Number.isFinite(value)).sort();
  return {
    values,
    baseline: percentile(sorted, BASELINE_SHARE),
    peak: percentile(sorted, PEAK_SHARE),
    sum: sorted.reduce((sum, value) => sum + value, 0),
    greatest: sorted.at(-1) ?? Number.NaN,
  };
}

function percentile(sorted: Float64Array, share: number): number {
  const place = share * (sorted.length - 1);
  const lower = sorted[Math.floor(place)] ?? Number.NaN;
  const upper = sorted[Math.ceil(place)] ?? Number.NaN;
  return lower + (place - Math.floor(place)) * (upper - lower);
}
