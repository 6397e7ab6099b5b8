// The even–odd rule for polygons, shared by point tests, rasterizing and areas so that they agree exactly.

import type { RoiPoint } from "../shapes/point.ts";

/**
 * A side of a polygon that is not horizontal. `top` is the end with the smaller row, whatever the direction of
 * the outline.
 */
export interface PolygonEdge {
  readonly top: RoiPoint;
  readonly bottom: RoiPoint;
}

/** Returns the sides that a row can cross, including the one from the last point to the first. */
export function polygonEdges(points: readonly RoiPoint[]): readonly PolygonEdge[] {
  return points.flatMap((point, index) => {
    const previous = points.at(index - 1) ?? point;
    if (previous.dim0 === point.dim0) {
      return [];
    }
    return previous.dim0 < point.dim0
      ? [{ top: previous, bottom: point }]
      : [{ top: point, bottom: previous }];
  });
}

/**
 * Returns the column at which an edge crosses a row position between its ends. The number does not depend on
 * the direction of the outline. Two polygons with a common side therefore share no pixel and leave none out.
 */
export function crossingOf({ top, bottom }: PolygonEdge, dim0: number): number {
  const along = (dim0 - top.dim0) * (bottom.dim1 - top.dim1);
  const crossing = top.dim1 + along / (bottom.dim0 - top.dim0);
  const low = Math.min(top.dim1, bottom.dim1);
  const high = Math.max(top.dim1, bottom.dim1);
  return Math.min(Math.max(crossing, low), high);
}

/**
 * Applies the even–odd rule. It is half-open, as rects are: a point on an upper or left side is inside, a point
 * on a lower or right side is outside.
 */
export function isInEvenOdd(points: readonly RoiPoint[], dim0: number, dim1: number): boolean {
  const crossed = polygonEdges(points).filter(
    (edge) => edge.top.dim0 <= dim0 && dim0 < edge.bottom.dim0 && dim1 < crossingOf(edge, dim0),
  );
  return crossed.length % 2 === 1;
}
