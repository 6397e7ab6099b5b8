// Hit-testing of lines, polylines, polygons and points: which point, or the whole path, is under the pointer.

import type { PathRoi } from "../shapes/path-roi.ts";
import type { RoiPoint } from "../shapes/point.ts";
import { containsPoint } from "./contains-point.ts";
import { HALF_WIDTH, segmentsOf, squaredDistance } from "./near-segment.ts";

/** How near a position must be to count as a hit, in rows and in columns. */
export interface AxisTolerances {
  readonly toleranceDim0?: number | undefined;
  readonly toleranceDim1?: number | undefined;
}

/** Replaces a tolerance of 0, by which distances could not be divided. */
const LEAST_TOLERANCE = 1e-9;
/**
 * A point's reach is at most this fraction of the polygon's extent, towards the inside, or of the line's
 * length.
 */
const MOST_OF_EXTENT = 1 / 3;

/**
 * Returns the index of the point that a position hits, or `moving` if it hits the rest of the path.
 *
 * Distances are measured in units of the tolerances, so the reach of a point is an ellipse. A line can always
 * be hit where it covers the position.
 */
export function hitPath(
  roi: PathRoi,
  dim0: number,
  dim1: number,
  { toleranceDim0 = 0, toleranceDim1 = 0 }: AxisTolerances,
): number | "moving" | undefined {
  const smallest = roi.type === "polygon" ? LEAST_TOLERANCE : HALF_WIDTH;
  const [unit0, unit1] = [Math.max(toleranceDim0, smallest), Math.max(toleranceDim1, smallest)];
  const scaled = roi.points.map((point) => ({ dim0: point.dim0 / unit0, dim1: point.dim1 / unit1 }));
  const [at0, at1] = [dim0 / unit0, dim1 / unit1];
  const isInside = containsPoint(roi, dim0, dim1);
  if (!isInside && !outlineOf(roi.type, scaled).some(([a, b]) => squaredDistance(a, b, at0, at1) <= 1)) {
    return undefined;
  }
  const squares = scaled.map((point) => squaredDistance(point, point, at0, at1));
  const nearest = squares.reduce((least, square) => Math.min(least, square));
  if (roi.type === "point") {
    return squares.indexOf(nearest);
  }
  const reach = roi.type === "polygon" ? reachInto(scaled, isInside) : reachAlong(scaled);
  return nearest <= reach * reach ? squares.indexOf(nearest) : "moving";
}

/** The segments that a position can be near: round a polygon, along a line, or each point alone. */
function outlineOf(type: PathRoi["type"], points: readonly RoiPoint[]): ReturnType<typeof segmentsOf> {
  return type === "point"
    ? points.map((point) => [point, point])
    : segmentsOf(type === "polygon" ? [...points, ...points.slice(0, 1)] : points);
}

function reachInto(points: readonly RoiPoint[], isInside: boolean): number {
  const extents = (["dim0", "dim1"] as const).map((axis) => {
    const positions = points.map((point) => point[axis]);
    return positions.reduce((a, b) => Math.max(a, b)) - positions.reduce((a, b) => Math.min(a, b));
  });
  return isInside ? Math.min(1, MOST_OF_EXTENT * Math.min(...extents)) : 1;
}

/** A path without length can be hit as far as the tolerance reaches. */
function reachAlong(points: readonly RoiPoint[]): number {
  const lengths = segmentsOf(points).map(([a, b]) => Math.hypot(b.dim0 - a.dim0, b.dim1 - a.dim1));
  const length = lengths.reduce((sum, part) => sum + part, 0);
  return length === 0 ? 1 : Math.min(1, MOST_OF_EXTENT * length);
}
