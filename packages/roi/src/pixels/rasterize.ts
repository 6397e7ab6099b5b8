// Turns any ROI into a mask: the pixels of the image that it covers.

import { clampBounds } from "../edit/clamp.ts";
import { roiBounds } from "../geometry/roi-bounds.ts";
import { boundsArea, type PlaneSize } from "../shapes/bounds.ts";
import { unexpected } from "../shapes/fields/read-field.ts";
import type { RoiMask } from "../shapes/mask.ts";
import type { Roi } from "../shapes/roi.ts";
import { forEachSpan } from "./for-each-span.ts";

/** Two gibibytes, at one byte per pixel. */
const MOST_PIXELS = 2 ** 31;

export interface RasterizeOptions {
  /** The pixels of a mask ROI. With any other ROI, only the pixels inside the mask are kept. */
  readonly mask?: RoiMask | undefined;
}

/** The pixels that a ROI covers, 1 inside and 0 outside, and the position of the first one in the plane. */
export interface RasterMask extends RoiMask {
  readonly data: Uint8Array<ArrayBuffer>;
  readonly dim0Start: number;
  readonly dim1Start: number;
}

/**
 * Returns the pixels of a plane that a ROI covers, which are those whose centre it contains (see {@link
 * containsPoint}).
 *
 * The mask has the size of the ROI's bounds clamped to the plane. If nothing is inside, it has no pixels.
 *
 * @throws {RoiError} `invalid_argument` for a size that is not two integers of at least 0, for more than 2³¹
 *   pixels, and for a mask ROI without its mask
 * @example
 * rasterize(triangle, { height: 30000, width: 38 }); // { data, height: 9, width: 5, dim0Start: 20, dim1Start: 3 }
 */
export function rasterize(roi: Roi, size: PlaneSize, options: RasterizeOptions = {}): RasterMask {
  const bounds = clampBounds(roiBounds(roi, options), size);
  const { dim0Start, dim1Start } = bounds;
  const width = bounds.dim1Stop - dim1Start;
  const data = new Uint8Array(checkArea(boundsArea(bounds)));
  forEachSpan(roi, bounds, options.mask, (row, start, stop) => {
    const first = (row - dim0Start) * width - dim1Start;
    data.fill(1, first + start, first + stop);
  });
  return Object.freeze({ data, height: bounds.dim0Stop - dim0Start, width, dim0Start, dim1Start });
}

function checkArea(area: number): number {
  if (area > MOST_PIXELS) {
    throw unexpected("size", `at most ${MOST_PIXELS} pixels inside the ROI's bounds`, area);
  }
  return area;
}
