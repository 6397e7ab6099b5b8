import {
  boundsArea,
  fullBounds,
  intersectBounds,
  orderBounds,
  type PlaneSize,
  type RoiBounds,
} from "./bounds.ts";
import { RoiError } from "./errors.ts";
import { maskBounds, missingMask, type RoiMask } from "./mask.ts";
import type { Roi } from "./roi.ts";

const BLOCK_LENGTH = 4096;

/** One plane of pixels: `height` × `width` values in C order. */
export interface Plane extends PlaneSize {
  readonly data: ArrayLike<number | bigint>;
}

/** The pixels of a plane that a ROI covers, row by row. Each walk visits the same values in the same order. */
export interface CoveredPixels {
  /**
   * Visits them as doubles, without NaN, in blocks; a block holds only until `visit` returns.
   * Walk a block by index: iterating a typed array takes several times as long.
   */
  forEachBlock(visit: (block: Float64Array) => void): void;
  /** Visits them one by one as they are stored. Much slower; for integers that doubles do not hold. */
  forEachValue(visit: (value: number | bigint) => void): void;
}

/**
 * The pixels inside the plane, the ROI and the mask, where one is given.
 * Throws `invalid_argument` if sizes and data disagree, and for a mask ROI without its mask.
 */
export function coverPixels(plane: Plane, roi: Roi | RoiBounds, mask: RoiMask | undefined): CoveredPixels {
  const region = coveredBounds(plane, roi, mask);
  const indices = mask === undefined ? indicesOf(plane, region) : maskedIndicesOf(plane, region, mask);
  const { data } = plane;
  return {
    forEachBlock(visit) {
      const block = new Float64Array(BLOCK_LENGTH);
      let length = 0;
      indices((start, stop) => {
        for (let index = start; index < stop; index += 1) {
          const value = Number(data[index]);
          if (Number.isNaN(value)) {
            continue;
          }
          block[length] = value;
          length += 1;
          if (length === BLOCK_LENGTH) {
            visit(block);
            length = 0;
          }
        }
      });
      visit(block.subarray(0, length));
    },
    forEachValue(visit) {
      indices((start, stop) => {
        for (let index = start; index < stop; index += 1) {
          visit(data[index] ?? Number.NaN);
        }
      });
    },
  };
}

/** Visits half-open ranges of indices into a plane's data. */
type VisitRanges = (visit: (start: number, stop: number) => void) => void;

function indicesOf(plane: Plane, region: RoiBounds): VisitRanges {
  return (visit) => {
    for (let row = region.dim0Start; row < region.dim0Stop; row += 1) {
      visit(row * plane.width + region.dim1Start, row * plane.width + region.dim1Stop);
    }
  };
}

function maskedIndicesOf(plane: Plane, region: RoiBounds, mask: RoiMask): VisitRanges {
  const origin = maskBounds(mask);
  return (visit) => {
    for (let row = region.dim0Start; row < region.dim0Stop; row += 1) {
      const inMask = (row - origin.dim0Start) * mask.width - origin.dim1Start;
      for (let column = region.dim1Start; column < region.dim1Stop; column += 1) {
        if (mask.data[inMask + column] !== 0) {
          visit(row * plane.width + column, row * plane.width + column + 1);
        }
      }
    }
  };
}

function coveredBounds(plane: Plane, roi: Roi | RoiBounds, mask: RoiMask | undefined): RoiBounds {
  const whole = fullBounds(plane);
  if (plane.data.length !== boundsArea(whole)) {
    throw new RoiError(
      "invalid_argument",
      `plane.data: expected ${plane.height} × ${plane.width} values, found ${plane.data.length}`,
      { path: "plane.data", expected: boundsArea(whole), found: plane.data.length },
    );
  }
  const inMask = mask === undefined ? whole : intersectBounds(whole, maskBounds(mask));
  if (!("type" in roi)) {
    return intersectBounds(inMask, orderBounds(roi));
  }
  if (roi.type === "rect") {
    return intersectBounds(inMask, roi.bounds);
  }
  if (mask === undefined) {
    throw missingMask(roi.id);
  }
  return inMask;
}
