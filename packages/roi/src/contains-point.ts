import type { RoiBounds } from "./bounds.ts";
import { maskBounds, missingMask, type RoiMask } from "./mask.ts";
import type { Roi } from "./roi.ts";

export interface ContainsPointOptions {
  /** The pixels of a mask ROI. */
  readonly mask?: RoiMask | undefined;
}

/**
 * True if the point lies inside, in pixels of the plane and half-open: pixel `i` covers `i ≤ p < i + 1`.
 * Throws `invalid_argument` for a mask ROI without its mask.
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
  if (roi.type === "rect") {
    return isInside(roi.bounds, dim0, dim1);
  }
  if (options.mask === undefined) {
    throw missingMask(roi.id);
  }
  return isInMask(options.mask, dim0, dim1);
}

function isInside(bounds: RoiBounds, dim0: number, dim1: number): boolean {
  return (
    dim0 >= bounds.dim0Start && dim0 < bounds.dim0Stop && dim1 >= bounds.dim1Start && dim1 < bounds.dim1Stop
  );
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
