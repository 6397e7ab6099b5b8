// Clips lines, polylines and polygons to the image plane (Sutherland and Hodgman, 1974).

import { fullBounds, type PlaneSize } from "../shapes/bounds.ts";
import type { RoiPoint } from "../shapes/point.ts";

type Axis = keyof RoiPoint;

/** One side of a border: `value ≥ at` if `sign` is 1, `value ≤ at` if it is -1. */
interface HalfPlane {
  readonly axis: Axis;
  readonly at: number;
  readonly sign: 1 | -1;
}

/**
 * Returns the part of a path that lies in a plane, borders included.
 *
 * The path is clipped at one border after the other (Sutherland and Hodgman, 1974). Each run outside is
 * replaced by a straight run along the border, from where the path leaves to where it returns. A polygon
 * therefore covers the same pixels of the plane as before. The outer ends of an open path are cut off.
 *
 * If all points lie inside, they are returned unchanged. If nothing lies inside, the result is a single point
 * on the border, which has no size. Clipping twice gives the same as clipping once.
 *
 * @throws {RoiError} `invalid_argument` for a size that is not two integers of at least 0
 */
export function clipPath(
  points: readonly RoiPoint[],
  isClosed: boolean,
  size: PlaneSize,
): readonly RoiPoint[] {
  const { dim0Stop, dim1Stop } = fullBounds(size);
  const inPlane = ({ dim0, dim1 }: RoiPoint): RoiPoint => ({
    dim0: Math.min(Math.max(dim0, 0), dim0Stop),
    dim1: Math.min(Math.max(dim1, 0), dim1Stop),
  });
  const borders: readonly HalfPlane[] = [
    { axis: "dim0", at: 0, sign: 1 },
    { axis: "dim0", at: dim0Stop, sign: -1 },
    { axis: "dim1", at: 0, sign: 1 },
    { axis: "dim1", at: dim1Stop, sign: -1 },
  ];
  let clipped = points;
  for (const border of borders) {
    clipped = clipAt(clipped, isClosed, border);
  }
  const isNothing =
    clipped.length === 0 || (isClosed && clipped.length < points.length && clipped.length < 3);
  return isNothing ? points.slice(0, 1).map(inPlane) : clipped.map(inPlane);
}

function clipAt(points: readonly RoiPoint[], isClosed: boolean, border: HalfPlane): readonly RoiPoint[] {
  return points.flatMap((point, index) => {
    const previous = index > 0 || isClosed ? points.at(index - 1) : undefined;
    const isIn = isInside(point, border);
    if (previous === undefined || isIn === isInside(previous, border)) {
      return isIn ? [point] : [];
    }
    const crossing = crossingAt(border, previous, point);
    return isIn ? [crossing, point] : [crossing];
  });
}

function isInside(point: RoiPoint, { axis, at, sign }: HalfPlane): boolean {
  return sign * point[axis] >= sign * at;
}

/** The point at which the segment between `a` and `b`, which lie on different sides, meets the border. */
function crossingAt({ axis, at }: HalfPlane, a: RoiPoint, b: RoiPoint): RoiPoint {
  const other: Axis = axis === "dim0" ? "dim1" : "dim0";
  const along = a[other] + ((at - a[axis]) * (b[other] - a[other])) / (b[axis] - a[axis]);
  return axis === "dim0" ? { dim0: at, dim1: along } : { dim0: along, dim1: at };
}
