import { fullBounds, type PlaneSize } from "../shapes/bounds.ts";
import type { RoiPoint } from "../shapes/point.ts";

type Axis = keyof RoiPoint;

/** Everything on one side of a border: `value ≥ at` where `sign` is 1, `value ≤ at` where it is -1. */
interface HalfPlane {
  readonly axis: Axis;
  readonly at: number;
  readonly sign: 1 | -1;
}

/**
 * The part of a path that lies in a plane, its borders among it, by Sutherland and Hodgman (1974): border by border,
 * what lies outside becomes the straight run along the border from where the path leaves to where it comes back. A
 * polygon covers the same pixels of the plane as before. The ends of an open path that lie outside are cut off.
 *
 * The same points if all lie inside, and a single one on the border, which has no size, if nothing does: clipping twice
 * is clipping once. Throws `invalid_argument` for a size that is not two integers of at least 0.
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

/** Where the segment from the one to the other point, which lie on both sides, meets the border. */
function crossingAt({ axis, at }: HalfPlane, a: RoiPoint, b: RoiPoint): RoiPoint {
  const other: Axis = axis === "dim0" ? "dim1" : "dim0";
  const along = a[other] + ((at - a[axis]) * (b[other] - a[other])) / (b[axis] - a[axis]);
  return axis === "dim0" ? { dim0: at, dim1: along } : { dim0: along, dim1: at };
}
