// Tells ROIs without area or length apart: they are kept when read from a file, but cannot be created.

import { polygonHasArea } from "../geometry/polygon-area.ts";
import { boundsArea } from "../shapes/bounds.ts";
import type { PathRoi } from "../shapes/path-roi.ts";
import type { RoiPoint } from "../shapes/point.ts";
import type { Roi } from "../shapes/roi.ts";

/**
 * True for a rect or polygon without area, and for a line or polyline without length. A point ROI is never empty. Nor is a
 * mask, because its pixels are not part of the ROI.
 */
export function isEmptyRoi(roi: Roi): boolean {
  switch (roi.type) {
    case "rect":
      return boundsArea(roi.bounds) === 0;
    case "mask":
      return false;
    case "line":
    case "polyline":
    case "polygon":
    case "point":
      return isEmptyPath(roi.type, roi.points);
  }
  return roi satisfies never;
}

/** True for a polygon without area, and for a line or polyline whose points are all the same. */
export function isEmptyPath(type: PathRoi["type"], points: readonly RoiPoint[]): boolean {
  if (type === "point") {
    return false;
  }
  return type === "polygon"
    ? !polygonHasArea(points)
    : points.every(({ dim0, dim1 }) => dim0 === points[0]?.dim0 && dim1 === points[0].dim1);
}
