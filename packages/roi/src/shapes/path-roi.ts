// The ROIs that are given by points (line, polyline, polygon, point), created by one function.

import type { RoiFieldsInit } from "./fields/roi-fields.ts";
import { createLineRoi, type LineRoi } from "./line.ts";
import type { RoiPoint } from "./point.ts";
import { createPointRoi, type PointRoi } from "./point-roi.ts";
import { createPolygonRoi, type PolygonRoi } from "./polygon.ts";
import { createPolylineRoi, type PolylineRoi } from "./polyline.ts";

/** A ROI given by points. */
export type PathRoi = LineRoi | PolylineRoi | PolygonRoi | PointRoi;

export interface PathRoiInit extends RoiFieldsInit {
  readonly type: PathRoi["type"];
  readonly points: readonly RoiPoint[];
}

/** Creates an immutable line, polyline, polygon or point ROI. Throws `invalid_argument` with the path of the field. */
export function createPathRoi(init: PathRoiInit): PathRoi {
  switch (init.type) {
    case "line":
      return createLineRoi(init);
    case "polyline":
      return createPolylineRoi(init);
    case "polygon":
      return createPolygonRoi(init);
    case "point":
      return createPointRoi(init);
  }
  return init.type satisfies never;
}
