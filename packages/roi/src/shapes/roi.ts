// The union of all types of ROI, and the functions that work for every one of them.

import { createMaskRoi, type MaskRoi } from "./mask.ts";
import { createPathRoi, type PathRoi } from "./path-roi.ts";
import { createRectRoi, type RectRoi } from "./rect.ts";

/** A region of interest, immutable; `type` says which kind it is. */
export type Roi = RectRoi | MaskRoi | PathRoi;

/** The values of `type`, and of `roi_type` in an envelope. */
export type RoiType = Roi["type"];

/** Returns a checked and frozen copy of a ROI. Throws `invalid_argument` with the path of the field. */
export function checkRoi(roi: Roi): Roi {
  switch (roi.type) {
    case "rect":
      return createRectRoi(roi);
    case "mask":
      return createMaskRoi(roi);
    case "line":
    case "polyline":
    case "polygon":
    case "point":
      return createPathRoi(roi);
  }
  return roi satisfies never;
}

/**
 * Returns where the pixels of a ROI are stored: the reference of a mask, or the `mask_ref` of another ROI that
 * was rasterized, if any.
 */
export function maskRefOf(roi: Roi): string | undefined {
  if (roi.type === "mask") {
    return roi.maskRef;
  }
  const { mask_ref: ref } = roi.meta;
  return typeof ref === "string" ? ref : undefined;
}
