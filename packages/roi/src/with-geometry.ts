import type { RoiBounds } from "./bounds.ts";
import { RoiError } from "./errors.ts";
import { geometryKey } from "./geometry-key.ts";
import { createMaskRoi } from "./mask.ts";
import { createRectRoi } from "./rect.ts";
import type { Roi } from "./roi.ts";
import { withoutStoredStats } from "./stored-stats.ts";

/** New geometry; what is absent stays. `bounds` are a rect's, `maskRef` is a mask's. */
export interface GeometryChange {
  readonly bounds?: RoiBounds | undefined;
  readonly maskRef?: string | undefined;
  readonly channel?: number | undefined;
  readonly z?: number | undefined;
}

/**
 * The ROI with another geometry: its revision grows by 1 and its stored statistics go, because they are of other
 * pixels. The same ROI if nothing really changed.
 * Throws `invalid_argument` for bounds of a mask, a reference of a rect, and values that are not valid.
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
  if (roi.type === "rect") {
    refuse(change.maskRef, "maskRef", roi);
    return createRectRoi({ ...roi, ...fields, bounds: change.bounds ?? roi.bounds });
  }
  refuse(change.bounds, "bounds", roi);
  return createMaskRoi({ ...roi, ...fields, maskRef: change.maskRef ?? roi.maskRef });
}

function refuse(value: unknown, path: string, roi: Roi): void {
  if (value !== undefined) {
    throw new RoiError("invalid_argument", `${path}: ROI ${roi.id} is a ${roi.type}, which has none`, {
      path,
      found: value,
    });
  }
}
