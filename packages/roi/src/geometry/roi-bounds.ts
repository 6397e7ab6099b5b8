// The smallest rectangle of pixels that holds everything a ROI can cover.

import type { RoiBounds } from "../shapes/bounds.ts";
import { maskBounds, missingMask, type RoiMask } from "../shapes/mask.ts";
import type { RoiPoint } from "../shapes/point.ts";
import type { Roi } from "../shapes/roi.ts";
import { HALF_WIDTH } from "./near-segment.ts";

export interface RoiBoundsOptions {
  /** The pixels of a mask ROI; required for it. */
  readonly mask?: RoiMask | undefined;
}

/**
 * Returns the half-open rectangle of the pixels that a ROI can cover (dim0 rows, dim1 columns), inside the
 * image or not.
 *
 * - Polygon: the pixels whose centre lies between its outermost points.
 * - Line, polyline: the same, half a pixel farther on each side.
 * - Point: the pixels of its outermost points.
 * - Mask: its whole array.
 *
 * A ROI without size may have bounds of area 0.
 *
 * @throws {RoiError} `invalid_argument` for a mask ROI without its mask
 * @example
 * roiBounds(line); // { dim0Start: 0, dim0Stop: 10, dim1Start: 4, dim1Stop: 5 }
 */
export function roiBounds(roi: Roi, options: RoiBoundsOptions = {}): RoiBounds {
  switch (roi.type) {
    case "rect":
      return roi.bounds;
    case "mask":
      if (options.mask === undefined) {
        throw missingMask(roi.id);
      }
      return maskBounds(options.mask);
    case "line":
    case "polyline":
      return closedBounds(roi.points);
    case "polygon":
      return halfOpenBounds(roi.points);
    case "point":
      return pixelBounds(roi.points);
  }
  return roi satisfies never;
}

/** The pixels with `low ≤ centre < high`. */
function halfOpenBounds(points: readonly RoiPoint[]): RoiBounds {
  const { low0, high0, low1, high1 } = extremes(points);
  return Object.freeze({
    dim0Start: firstCentreFrom(low0),
    dim0Stop: firstCentreFrom(high0),
    dim1Start: firstCentreFrom(low1),
    dim1Stop: firstCentreFrom(high1),
  });
}

/** The pixels with `low - 0.5 ≤ centre ≤ high + 0.5`. */
function closedBounds(points: readonly RoiPoint[]): RoiBounds {
  const { low0, high0, low1, high1 } = extremes(points);
  return Object.freeze({
    dim0Start: firstCentreFrom(low0 - HALF_WIDTH),
    dim0Stop: Math.floor(high0) + 1,
    dim1Start: firstCentreFrom(low1 - HALF_WIDTH),
    dim1Stop: Math.floor(high1) + 1,
  });
}

/** The pixels in which points lie. */
function pixelBounds(points: readonly RoiPoint[]): RoiBounds {
  const { low0, high0, low1, high1 } = extremes(points);
  return Object.freeze({
    dim0Start: Math.floor(low0),
    dim0Stop: Math.floor(high0) + 1,
    dim1Start: Math.floor(low1),
    dim1Stop: Math.floor(high1) + 1,
  });
}

/** Returns the first pixel whose centre is at the position or after it; never -0. */
export function firstCentreFrom(position: number): number {
  return Math.ceil(position - 0.5) + 0;
}

function extremes(points: readonly RoiPoint[]): { low0: number; high0: number; low1: number; high1: number } {
  let [low0, low1] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  let [high0, high1] = [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const { dim0, dim1 } of points) {
    low0 = Math.min(low0, dim0);
    high0 = Math.max(high0, dim0);
    low1 = Math.min(low1, dim1);
    high1 = Math.max(high1, dim1);
  }
  return { low0, high0, low1, high1 };
}
