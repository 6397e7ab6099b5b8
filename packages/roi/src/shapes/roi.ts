import { createMaskRoi, type MaskRoi } from "./mask.ts";
import { createPathRoi, type PathRoi } from "./path-roi.ts";
import { createRectRoi, type RectRoi } from "./rect.ts";

/** A region of interest: immutable, told apart by `type`. */
export type Roi = RectRoi | MaskRoi | PathRoi;

/** The value of `type`, and of `roi_type` in an envelope. */
export type RoiType = Roi["type"];

/** The same ROI, checked, copied and frozen. Throws `invalid_argument` with the path of the field. */
export function checkRoi(roi: Roi): Roi {
  switch (roi.type) {
    case "rect":
      return createRectRoi(roi);
    case "mask":
      return createMaskRoi(roi);
    case "line":
    case "polyline":
    case "polygon":
      return createPathRoi(roi);
  }
  return roi satisfies never;
}

/** Where the ROI's mask is stored: a mask's own reference, or the one that another was materialised to, if any. */
export function maskRefOf(roi: Roi): string | undefined {
  if (roi.type === "mask") {
    return roi.maskRef;
  }
  const { mask_ref: ref } = roi.meta;
  return typeof ref === "string" ? ref : undefined;
}
