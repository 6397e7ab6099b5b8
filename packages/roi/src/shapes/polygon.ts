// Polygon ROIs: closed outlines that may cross themselves, filled by the even–odd rule.

import { checkRoiFields, type RoiFields, type RoiFieldsInit } from "./fields/roi-fields.ts";
import { checkPoints, type RoiPoint } from "./point.ts";
import { STORED_POINTS_KEYS } from "./stored-points.ts";

/**
 * A closed outline; its last point is joined to the first. It may cross itself: a point is inside if a ray from
 * it crosses the outline an odd number of times (even–odd rule). The area can be 0 if the polygon was read from
 * a file.
 */
export interface PolygonRoi extends RoiFields {
  readonly type: "polygon";
  /** At least one. */
  readonly points: readonly RoiPoint[];
}

export interface PolygonRoiInit extends RoiFieldsInit {
  readonly points: readonly RoiPoint[];
}

/** Creates an immutable polygon. Throws `invalid_argument` with the path of the field. */
export function createPolygonRoi(init: PolygonRoiInit): PolygonRoi {
  return Object.freeze({
    type: "polygon",
    ...checkRoiFields(init, STORED_POINTS_KEYS),
    points: checkPoints(init.points),
  });
}
