// Point ROIs: single pixels that a person marked, one or many.

import { checkRoiFields, type RoiFields, type RoiFieldsInit } from "./fields/roi-fields.ts";
import { checkPoints, type RoiPoint } from "./point.ts";
import { STORED_POINTS_KEYS } from "./stored-points.ts";

/**
 * Marked positions, such as counted cells. It covers the pixels in which they lie. The order of the points is kept,
 * and nothing joins them.
 */
export interface PointRoi extends RoiFields {
  readonly type: "point";
  /** At least one. */
  readonly points: readonly RoiPoint[];
}

export interface PointRoiInit extends RoiFieldsInit {
  readonly points: readonly RoiPoint[];
}

/** Creates an immutable point ROI. Throws `invalid_argument` with the path of the field. */
export function createPointRoi(init: PointRoiInit): PointRoi {
  return Object.freeze({
    type: "point",
    ...checkRoiFields(init, STORED_POINTS_KEYS),
    points: checkPoints(init.points),
  });
}
