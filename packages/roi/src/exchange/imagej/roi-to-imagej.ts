// Maps a ROI to an ImageJ selection; `roi-from-imagej.ts` is the inverse.

import { RoiError } from "../../errors.ts";
import { boundsArea } from "../../shapes/bounds.ts";
import { unexpected } from "../../shapes/fields/read-field.ts";
import type { RoiPoint } from "../../shapes/point.ts";
import type { Roi } from "../../shapes/roi.ts";
import type { ImageJPoint } from "./imagej-roi.ts";
import { LINE_SHIFT } from "./roi-from-imagej.ts";
import type { WritableImageJRoi } from "./write-imagej-roi.ts";

/**
 * Maps a ROI to an ImageJ selection, the inverse of `roiFromImageJ`. The id, note, revision, statistics and
 * extra keys are not written.
 *
 * @throws {RoiError} `not_supported` for a mask, whose pixels are not part of the ROI; `invalid_argument` for a
 *   rect without area, which ImageJ would turn into one pixel
 */
export function roiToImageJ(roi: Roi): WritableImageJRoi {
  const { name, channel, z } = roi;
  const fields = { name, position: { c: channel, z: z + 1 } };
  switch (roi.type) {
    case "rect": {
      const { dim0Start: y, dim0Stop, dim1Start: x, dim1Stop } = roi.bounds;
      if (boundsArea(roi.bounds) === 0) {
        throw unexpected(`ROI ${roi.id}`, "a rect with an area", "one without");
      }
      return { ...fields, type: "rect", bounds: { x, y, width: dim1Stop - x, height: dim0Stop - y } };
    }
    case "line":
    case "polyline":
    case "point":
      return { ...fields, type: roi.type, coordinates: coordinatesOf(roi.points, LINE_SHIFT) };
    case "polygon":
      return { ...fields, type: "polygon", coordinates: coordinatesOf(roi.points, 0) };
    case "mask":
      throw new RoiError("not_supported", `ROI ${roi.id}: a mask cannot be written as an ImageJ selection`, {
        path: `ROI ${roi.id}`,
        expected: ["rect", "line", "polyline", "polygon", "point"],
        found: "mask",
      });
  }
  return roi satisfies never;
}

function coordinatesOf(points: readonly RoiPoint[], shift: number): readonly ImageJPoint[] {
  return points.map(({ dim0, dim1 }) => ({ x: dim1 - shift, y: dim0 - shift }));
}
