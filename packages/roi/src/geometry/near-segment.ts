// Distances from a segment, and the rule for lines: one pixel wide, with round ends and corners.

import type { RoiPoint } from "../shapes/point.ts";

/**
 * A line contains the positions at most this far from it, in pixels: it is one pixel wide, with round ends and
 * corners.
 */
export const HALF_WIDTH = 0.5;

/** True if a position is at most half a pixel away from the segment between two points. */
export function isNearSegment(a: RoiPoint, b: RoiPoint, dim0: number, dim1: number): boolean {
  return (
    isWithin(a.dim0, b.dim0, dim0) &&
    isWithin(a.dim1, b.dim1, dim1) &&
    squaredDistance(a, b, dim0, dim1) <= HALF_WIDTH * HALF_WIDTH
  );
}

/**
 * The same test along one axis. The distance implies it except for rounding, on which `roiBounds` must not
 * depend.
 */
function isWithin(a: number, b: number, position: number): boolean {
  return position + HALF_WIDTH >= Math.min(a, b) && position - HALF_WIDTH <= Math.max(a, b);
}

/**
 * Returns the squared distance between a position and the segment between two points, in the units of the
 * points.
 */
export function squaredDistance(a: RoiPoint, b: RoiPoint, dim0: number, dim1: number): number {
  const along0 = b.dim0 - a.dim0;
  const along1 = b.dim1 - a.dim1;
  const squaredLength = along0 * along0 + along1 * along1;
  const part = ((dim0 - a.dim0) * along0 + (dim1 - a.dim1) * along1) / squaredLength;
  const nearest = squaredLength === 0 ? 0 : Math.min(Math.max(part, 0), 1);
  const away0 = dim0 - (a.dim0 + nearest * along0);
  const away1 = dim1 - (a.dim1 + nearest * along1);
  return away0 * away0 + away1 * away1;
}

/** Returns the pairs of neighbours on an open path; for a single point, the point paired with itself. */
export function segmentsOf(points: readonly RoiPoint[]): readonly (readonly [RoiPoint, RoiPoint])[] {
  return points.flatMap((point, index) => {
    const next = points[index + 1] ?? (points.length === 1 ? point : undefined);
    return next === undefined ? [] : [[point, next] as const];
  });
}
