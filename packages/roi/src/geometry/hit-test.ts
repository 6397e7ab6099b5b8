// Finds the ROI under the pointer, and what a drag from there would do.

import type { RoiBounds } from "../shapes/bounds.ts";
import type { RoiMask } from "../shapes/mask.ts";
import type { Roi } from "../shapes/roi.ts";
import { containsPoint } from "./contains-point.ts";
import { hitPath } from "./hit-path.ts";

/** What a drag from the position would do. */
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
  /** The index, from 0, of the point of a line, polyline, polygon or point ROI that was hit; only with `moving_point`. */
  readonly pointIndex?: number;
}

export interface HitTestOptions {
  /** How near to an edge still counts, in rows: screen pixels × rows per screen pixel. Default 0. */
  readonly toleranceDim0?: number | undefined;
  /** The same, in columns. Default 0. */
  readonly toleranceDim1?: number | undefined;
  /** The pixels of mask ROIs, by id. A mask ROI that is not in this map is never hit. */
  readonly masks?: ReadonlyMap<number, RoiMask> | undefined;
}

/**
 * Finds the newest ROI (the last in `rois`) at a position in pixels of the plane.
 *
 * | type | tried first | then |
 * | --- | --- | --- |
 * | rect | edges: dim1 start, dim1 stop, dim0 start, dim0 stop | interior: `moving` |
 * | line, polyline, polygon | the nearest of its points: `moving_point` | the rest: `moving` |
 * | point | the nearest of its points: `moving_point` | |
 * | mask | | its pixels: `moving` |
 *
 * The two tolerances are the half axes of an ellipse round each point. They reach in full only outwards:
 *
 * - Into a rect or polygon, they reach at most a third of its extent along each axis. The interior of a ROI 7
 *   pixels wide can be hit at any zoom.
 * - Along a line or polyline, a point reaches at most a third of the length.
 *
 * @example
 * hitTest(set.rois, row, column, { toleranceDim0: 5, toleranceDim1: 5 })?.mode; // "moving"
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
    case "polygon":
    case "point": {
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
