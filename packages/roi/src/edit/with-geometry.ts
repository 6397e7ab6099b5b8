// Changes the geometry of a ROI, with its revision and stored statistics; used by edits and by clamping.

import { RoiError } from "../errors.ts";
import { geometryKey } from "../geometry/geometry-key.ts";
import type { RoiBounds } from "../shapes/bounds.ts";
import { withoutStoredStats } from "../shapes/fields/stored-stats.ts";
import { createMaskRoi } from "../shapes/mask.ts";
import { createPathRoi } from "../shapes/path-roi.ts";
import type { RoiPoint } from "../shapes/point.ts";
import { createRectRoi } from "../shapes/rect.ts";
import type { Roi } from "../shapes/roi.ts";

/** New geometry; absent fields stay. A rect has `bounds`, a mask has `maskRef`, all others have `points`. */
export interface GeometryChange {
  readonly bounds?: RoiBounds | undefined;
  readonly maskRef?: string | undefined;
  readonly points?: readonly RoiPoint[] | undefined;
  readonly channel?: number | undefined;
  readonly z?: number | undefined;
}

/**
 * Gives a ROI another geometry. Its revision grows by 1, and its stored statistics are dropped, because they
 * describe other pixels. Returns the same object if nothing really changed.
 *
 * @throws {RoiError} `invalid_argument` for the geometry of another type, and for invalid values
 */
export function withGeometry(roi: Roi, change: GeometryChange): Roi {
  const changed = applyChange(roi, change);
  return geometryKey(changed) === geometryKey(roi) ? roi : changed;
}

function applyChange(roi: Roi, change: GeometryChange): Roi {
  const fields = {
    channel: change.channel ?? roi.channel,
    z: change.z ?? roi.z,
    revision: roi.revision + 1,
    stats: undefined,
    meta: withoutStoredStats(roi.meta),
  };
  const { bounds, maskRef, points } = change;
  switch (roi.type) {
    case "rect":
      refuse({ maskRef, points }, roi);
      return createRectRoi({ ...roi, ...fields, bounds: bounds ?? roi.bounds });
    case "mask":
      refuse({ bounds, points }, roi);
      return createMaskRoi({ ...roi, ...fields, maskRef: maskRef ?? roi.maskRef });
    case "line":
    case "polyline":
    case "polygon":
    case "point":
      refuse({ bounds, maskRef }, roi);
      return createPathRoi({ ...roi, ...fields, points: points ?? roi.points });
  }
  return roi satisfies never;
}

function refuse(others: GeometryChange, roi: Roi): void {
  for (const [path, found] of Object.entries(others)) {
    if (found !== undefined) {
      throw new RoiError(
        "invalid_argument",
        `${path}: ROI ${roi.id} is a ${roi.type}, which has no ${path}`,
        {
          path,
          found,
        },
      );
    }
  }
}
