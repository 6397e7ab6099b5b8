// Walks the values of the pixels that a ROI covers, without reading any other pixel.

import { RoiError } from "../errors.ts";
import { fullBounds, orderBounds, type PlaneSize, type RoiBounds } from "../shapes/bounds.ts";
import { readInteger } from "../shapes/fields/read-field.ts";
import type { RoiMask } from "../shapes/mask.ts";
import type { Roi } from "../shapes/roi.ts";
import { forEachSpan } from "./for-each-span.ts";

const BLOCK_LENGTH = 4096;

/** The pixels of a plane, or of a region of it: `height` × `width` values in C order. */
export interface Plane extends PlaneSize {
  readonly data: ArrayLike<number | bigint>;
  /** The row of the plane at which a region begins. Default 0. */
  readonly dim0Start?: number | undefined;
  /** The column of the plane at which a region begins. Default 0. */
  readonly dim1Start?: number | undefined;
}

/** The pixels of a plane that a ROI covers, row by row. Each walk visits the same values in the same order. */
export interface CoveredPixels {
  /**
   * Visits the values as doubles, in blocks, without NaN. A block is valid only until `visit` returns. Walk a
   * block by index: iterating over a typed array takes several times as long.
   */
  forEachBlock(visit: (block: Float64Array) => void): void;
  /** Visits the stored values one by one. Much slower; for integers that do not fit into doubles. */
  forEachValue(visit: (value: number | bigint) => void): void;
}

/**
 * Selects the pixels inside the plane, the ROI and, if given, the mask.
 *
 * @throws {RoiError} `invalid_argument` if sizes and data disagree, and for a mask ROI without its mask
 */
export function coverPixels(plane: Plane, roi: Roi | RoiBounds, mask: RoiMask | undefined): CoveredPixels {
  const region = planeBounds(plane);
  const { data } = plane;
  const ranges = (visit: (start: number, stop: number) => void): void => {
    forEachSpan(roi, region, mask, (row, start, stop) => {
      const first = (row - region.dim0Start) * plane.width - region.dim1Start;
      visit(first + start, first + stop);
    });
  };
  return {
    forEachBlock(visit) {
      const block = new Float64Array(BLOCK_LENGTH);
      let length = 0;
      ranges((start, stop) => {
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
      ranges((start, stop) => {
        for (let index = start; index < stop; index += 1) {
          visit(data[index] ?? Number.NaN);
        }
      });
    },
  };
}

/** Returns the rectangle of the given pixels. Throws `invalid_argument` if size and data disagree. */
function planeBounds(plane: Plane): RoiBounds {
  const { dim0Stop: height, dim1Stop: width } = fullBounds(plane);
  if (plane.data.length !== height * width) {
    throw new RoiError(
      "invalid_argument",
      `plane.data: expected ${height} × ${width} values, found ${plane.data.length}`,
      { path: "plane.data", expected: height * width, found: plane.data.length },
    );
  }
  const dim0Start = readInteger(plane.dim0Start ?? 0, "plane.dim0Start");
  const dim1Start = readInteger(plane.dim1Start ?? 0, "plane.dim1Start");
  return orderBounds({ dim0Start, dim0Stop: dim0Start + height, dim1Start, dim1Stop: dim1Start + width });
}
