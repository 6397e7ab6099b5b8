// Decides whether two ROIs of different files are the same one.

import type { Roi, RoiPoint } from "@kym/roi";

/** How far apart, in pixels, positions of one place may lie: ImageJ keeps them as 32-bit floats. */
const NEAR = 0.01;
/** ImageJ's ROI Manager names a ROI without a name after its place: `0012-0345`. */
const AUTOMATIC = /^\d{4,6}-\d{4,6}(-\d+)?$/;

/** A ROI with the outline by which it is compared. */
export interface ComparedRoi {
  readonly roi: Roi;
  /** A polygon begins at its first corner and has one direction; a rect is a polygon. */
  readonly outline: readonly RoiPoint[];
  /** A number that is equal, or differs by one, for ROIs that can be the same. */
  readonly row: number;
}

export function comparedRoi(roi: Roi): ComparedRoi {
  const outline = outlineOf(roi);
  return { roi, outline, row: Math.round(outline[0]?.dim0 ?? 0) };
}

/**
 * True for ROIs of the same place, channel and slice whose names do not tell them apart. A rect and a polygon of its four
 * corners have the same place. A ROI without a name, or with one that a program made of its place, can be any of that place.
 */
export function isSameRoi(a: ComparedRoi, b: ComparedRoi): boolean {
  return (
    kindOf(a.roi) === kindOf(b.roi) &&
    a.roi.channel === b.roi.channel &&
    a.roi.z === b.roi.z &&
    a.outline.length === b.outline.length &&
    (a.roi.name === b.roi.name || !isNamed(a.roi) || !isNamed(b.roi)) &&
    a.outline.every(({ dim0, dim1 }, index) => {
      const other = b.outline[index];
      return other !== undefined && isNear(dim0, other.dim0) && isNear(dim1, other.dim1);
    })
  );
}

/** True if a person named the ROI. */
export function isNamed({ name, extra }: Pick<Roi, "name" | "extra">): boolean {
  const { imagej } = extra;
  const isOfFile =
    typeof imagej === "object" && imagej !== null && "named" in imagej && imagej.named === name;
  return name !== "" && !AUTOMATIC.test(name) && !isOfFile;
}

function isNear(a: number, b: number): boolean {
  return Math.abs(a - b) <= NEAR;
}

function kindOf({ type }: Roi): string {
  return type === "rect" ? "polygon" : type;
}

function outlineOf(roi: Roi): readonly RoiPoint[] {
  switch (roi.type) {
    case "rect": {
      const { dim0Start, dim0Stop, dim1Start, dim1Stop } = roi.bounds;
      return [
        { dim0: dim0Start, dim1: dim1Start },
        { dim0: dim0Start, dim1: dim1Stop },
        { dim0: dim0Stop, dim1: dim1Stop },
        { dim0: dim0Stop, dim1: dim1Start },
      ];
    }
    case "polygon":
      return fromFirstCorner(roi.points);
    case "line":
    case "polyline":
    case "point":
      return roi.points;
    case "mask":
      return [];
  }
  return roi satisfies never;
}

/** The same ring, from its first corner (smallest dim0, then dim1) towards the neighbour with the smaller dim0. */
function fromFirstCorner(points: readonly RoiPoint[]): readonly RoiPoint[] {
  let first = 0;
  for (const [index, point] of points.entries()) {
    const least = points[first];
    if (least !== undefined && isBefore(point, least)) {
      first = index;
    }
  }
  const ring = [...points.slice(first), ...points.slice(0, first)];
  const [next, last] = [ring[1], ring.at(-1)];
  return next !== undefined && last !== undefined && isBefore(last, next)
    ? [...ring.slice(0, 1), ...ring.slice(1).reverse()]
    : ring;
}

function isBefore(a: RoiPoint, b: RoiPoint): boolean {
  return isNear(a.dim0, b.dim0) ? a.dim1 < b.dim1 && !isNear(a.dim1, b.dim1) : a.dim0 < b.dim0;
}
