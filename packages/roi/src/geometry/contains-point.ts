// Decides whether a ROI contains a position; this one rule defines which pixels a ROI covers.

import type { RoiBounds } from "../shapes/bounds.ts";
import { maskBounds, missingMask, type RoiMask } from "../shapes/mask.ts";
import type { RoiPoint } from "../shapes/point.ts";
import type { Roi } from "../shapes/roi.ts";
import { isInEvenOdd } from "./even-odd.ts";
import { isNearSegment, segmentsOf } from "./near-segment.ts";

export interface ContainsPointOptions {
  /** The pixels of a mask ROI; required for it. */
  readonly mask?: RoiMask | undefined;
}

/**
 * True if a ROI contains a position, given in pixels of the plane (pixel `i` covers `i ≤ p < i + 1`).
 *
 * - A rect is half-open, and so is a polygon, by the even–odd rule.
 * - A line or polyline contains positions at most half a pixel away from it.
 * - A point ROI contains the pixels in which its points lie.
 * - A mask contains the pixels that are not 0.
 *
 * A ROI covers a pixel if it contains the pixel's centre.
 *
 * @throws {RoiError} `invalid_argument` for a mask ROI without its mask
 */
export function containsPoint(
  roi: Roi | RoiBounds,
  dim0: number,
  dim1: number,
  options: ContainsPointOptions = {},
): boolean {
  if (!("type" in roi)) {
    return isInside(roi, dim0, dim1);
  }
  switch (roi.type) {
    case "rect":
      return isInside(roi.bounds, dim0, dim1);
    case "mask":
      if (options.mask === undefined) {
        throw missingMask(roi.id);
      }
      return isInMask(options.mask, dim0, dim1);
    case "line":
    case "polyline":
      return segmentsOf(roi.points).some(([a, b]) => isNearSegment(a, b, dim0, dim1));
    case "polygon":
      return isInEvenOdd(roi.points, dim0, dim1);
    case "point":
      return roi.points.some((point) => isSamePixel(point, dim0, dim1));
  }
  return roi satisfies never;
}

function isInside(bounds: RoiBounds, dim0: number, dim1: number): boolean {
  return (
    dim0 >= bounds.dim0Start && dim0 < bounds.dim0Stop && dim1 >= bounds.dim1Start && dim1 < bounds.dim1Stop
  );
}

function isSamePixel(point: RoiPoint, dim0: number, dim1: number): boolean {
  return Math.floor(point.dim0) === Math.floor(dim0) && Math.floor(point.dim1) === Math.floor(dim1);
}

function isInMask(mask: RoiMask, dim0: number, dim1: number): boolean {
  const bounds = maskBounds(mask);
  if (!isInside(bounds, dim0, dim1)) {
    return false;
  }
  const row = Math.floor(dim0) - bounds.dim0Start;
  const column = Math.floor(dim1) - bounds.dim1Start;
  return mask.data[row * mask.width + column] !== 0;
}
