import type { RoiBounds } from "../shapes/bounds.ts";
import type { RoiMask } from "../shapes/mask.ts";
import type { Roi } from "../shapes/roi.ts";
import { containsPoint } from "./contains-point.ts";
import { hitPath } from "./hit-path.ts";

/** What a drag from the point would do. */
export type HitMode =
  | "resizing_dim1_start"
  | "resizing_dim1_stop"
  | "resizing_dim0_start"
  | "resizing_dim0_stop"
  | "moving_point"
  | "moving";

export interface RoiHit {
  readonly roi: Roi;
  readonly mode: HitMode;
  /** Which point of a line, polyline or polygon is hit, from 0; only with `moving_point`. */
  readonly pointIndex?: number;
}

export interface HitTestOptions {
  /** How near an edge counts, in rows. Screen pixels × rows per screen pixel. Default 0. */
  readonly toleranceDim0?: number | undefined;
  /** The same in columns. Default 0. */
  readonly toleranceDim1?: number | undefined;
  /** The pixels of mask ROIs by id; a mask ROI that is not here is never hit. */
  readonly masks?: ReadonlyMap<number, RoiMask> | undefined;
}

/**
 * What lies under a point, given in pixels of the plane: the newest ROI (the last of `rois`) that is hit. Of a rect,
 * the edges come before the interior: dim1 start, dim1 stop, dim0 start, dim0 stop. Of a line, polyline or polygon, the
 * nearest of its points comes before the rest, which moves. A mask has no edges to drag.
 *
 * The tolerance reaches out of a rect or polygon as far as is said, but into it at most a third of its extent along each
 * axis, so that the interior of a ROI 7 pixels wide can be reached at any zoom; along a line or polyline, it reaches at
 * most a third of its length from a point. The two tolerances are the half axes of an ellipse round each point.
 */
export function hitTest(
  rois: readonly Roi[],
  dim0: number,
  dim1: number,
  options: HitTestOptions = {},
): RoiHit | undefined {
  for (const roi of rois.toReversed()) {
    const hit = hitRoi(roi, dim0, dim1, options);
    if (hit !== undefined) {
      return hit;
    }
  }
  return undefined;
}

function hitRoi(roi: Roi, dim0: number, dim1: number, options: HitTestOptions): RoiHit | undefined {
  switch (roi.type) {
    case "rect":
      return moving(roi, rectMode(roi.bounds, dim0, dim1, options));
    case "mask":
      return moving(roi, maskMode(roi, dim0, dim1, options));
    case "line":
    case "polyline":
    case "polygon": {
      const part = hitPath(roi, dim0, dim1, options);
      return typeof part === "number" ? { roi, mode: "moving_point", pointIndex: part } : moving(roi, part);
    }
  }
  return roi satisfies never;
}

function moving(roi: Roi, mode: HitMode | undefined): RoiHit | undefined {
  return mode && { roi, mode };
}

type AxisZone = "start" | "stop" | "between" | "outside";

function rectMode(
  bounds: RoiBounds,
  dim0: number,
  dim1: number,
  options: HitTestOptions,
): HitMode | undefined {
  const zone0 = axisZone(dim0, bounds.dim0Start, bounds.dim0Stop, options.toleranceDim0 ?? 0);
  const zone1 = axisZone(dim1, bounds.dim1Start, bounds.dim1Stop, options.toleranceDim1 ?? 0);
  if (zone0 === "outside" || zone1 === "outside") {
    return undefined;
  }
  if (zone1 !== "between") {
    return `resizing_dim1_${zone1}`;
  }
  return zone0 === "between" ? "moving" : `resizing_dim0_${zone0}`;
}

function maskMode(roi: Roi, dim0: number, dim1: number, options: HitTestOptions): HitMode | undefined {
  const mask = options.masks?.get(roi.id);
  return mask !== undefined && containsPoint(roi, dim0, dim1, { mask }) ? "moving" : undefined;
}

function axisZone(point: number, start: number, stop: number, tolerance: number): AxisZone {
  const inward = Math.min(tolerance, (stop - start) / 3);
  if (!(point >= start - tolerance && point <= stop + tolerance)) {
    return "outside";
  }
  if (point <= start + inward) {
    return "start";
  }
  return point >= stop - inward ? "stop" : "between";
}
