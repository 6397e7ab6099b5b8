import type { RoiPoint } from "../shapes/point.ts";

/** A polygon's side that is not horizontal, its upper end first whichever way the outline goes. */
export interface PolygonEdge {
  readonly top: RoiPoint;
  readonly bottom: RoiPoint;
}

/** The sides that a row can cross, the one from the last point to the first among them. */
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
 * Where an edge crosses a row position between its ends. It is the same number for either direction of the outline,
 * so that two polygons with a common side share no pixel and leave none out.
 */
export function crossingOf({ top, bottom }: PolygonEdge, dim0: number): number {
  const along = (dim0 - top.dim0) * (bottom.dim1 - top.dim1);
  const crossing = top.dim1 + along / (bottom.dim0 - top.dim0);
  const low = Math.min(top.dim1, bottom.dim1);
  const high = Math.max(top.dim1, bottom.dim1);
  return Math.min(Math.max(crossing, low), high);
}

/**
 * The even–odd rule, half-open as rects are: a point on an upper or left side is inside, on a lower or right one it
 * is not.
 */
export function isInEvenOdd(points: readonly RoiPoint[], dim0: number, dim1: number): boolean {
  const crossed = polygonEdges(points).filter(
    (edge) => edge.top.dim0 <= dim0 && dim0 < edge.bottom.dim0 && dim1 < crossingOf(edge, dim0),
  );
  return crossed.length % 2 === 1;
}
