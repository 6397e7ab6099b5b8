// Polyline ROIs: open paths and everything within half a pixel of them.

import { checkRoiFields, type RoiFields, type RoiFieldsInit } from "./fields/roi-fields.ts";
import { checkPoints, type RoiPoint } from "./point.ts";
import { STORED_POINTS_KEYS } from "./stored-points.ts";

/** An open path of straight lines, one pixel wide. Its length can be 0 if it was read from a file. */
export interface PolylineRoi extends RoiFields {
  readonly type: "polyline";
  /** At least one. */
  readonly points: readonly RoiPoint[];
}

export interface PolylineRoiInit extends RoiFieldsInit {
  readonly points: readonly RoiPoint[];
}

/** Creates an immutable polyline. Throws `invalid_argument` with the path of the field. */
export function createPolylineRoi(init: PolylineRoiInit): PolylineRoi {
  return Object.freeze({
    type: "polyline",
    ...checkRoiFields(init, STORED_POINTS_KEYS),
    points: checkPoints(init.points),
  });
}
