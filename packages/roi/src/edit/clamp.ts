// Keeps ROIs inside their image: bounds and z are clamped, lines and polygons are clipped, points outside are left out.

import { fullBounds, orderBounds, type PlaneSize, type RoiBounds } from "../shapes/bounds.ts";
import { readInteger } from "../shapes/fields/read-field.ts";
import type { PathRoi } from "../shapes/path-roi.ts";
import type { RoiPoint } from "../shapes/point.ts";
import type { Roi } from "../shapes/roi.ts";
import { clipPath } from "./clip-path.ts";
import { type GeometryChange, withGeometry } from "./with-geometry.ts";

/** The size of an image. A dimension that is absent is unknown and clamps nothing. */
export interface ImageExtent extends PlaneSize {
  /** Slices (z), at least 1. */
  readonly numSlices?: number | undefined;
  /** Channels, at least 1. */
  readonly numChannels?: number | undefined;
}

/** A ROI inside its image, and how many of its parts (bounds or points, z) had to be corrected. */
export interface ClampedRoi {
  readonly roi: Roi;
  readonly corrections: number;
}

/**
 * Clamps each edge to [0, size], where size itself is allowed, then swaps inverted pairs. Bounds wholly outside
 * become empty.
 *
 * @throws {RoiError} `invalid_argument` for an edge or a size that is not an integer
 */
export function clampBounds(bounds: RoiBounds, size: PlaneSize): RoiBounds {
  const height = readInteger(size.height, "size.height", 0);
  const width = readInteger(size.width, "size.width", 0);
  const ordered = orderBounds(bounds);
  return Object.freeze({
    dim0Start: clamp(ordered.dim0Start, height),
    dim0Stop: clamp(ordered.dim0Stop, height),
    dim1Start: clamp(ordered.dim1Start, width),
    dim1Stop: clamp(ordered.dim1Stop, width),
  });
}

/** Clamps `z` to the slices of the image, 0 to `numSlices - 1`. If their number is unknown, only to 0 and above. */
export function clampZ(z: number, extent: ImageExtent | undefined): number {
  const checked = readInteger(z, "z");
  const numSlices = extent?.numSlices;
  const last = numSlices === undefined ? Number.MAX_SAFE_INTEGER : readInteger(numSlices, "numSlices", 1) - 1;
  return clamp(checked, last);
}

/**
 * Moves a ROI into the image; see {@link clampBounds} for rects and {@link clipPath} for lines and polygons. If
 * that changes the ROI, its revision grows by 1 and its stored statistics are dropped.
 */
export function clampRoi(roi: Roi, extent: ImageExtent): ClampedRoi {
  const z = clampZ(roi.z, extent);
  const shape = clampShape(roi, extent);
  const corrections = (z === roi.z ? 0 : 1) + (withGeometry(roi, shape) === roi ? 0 : 1);
  return { roi: withGeometry(roi, { z, ...shape }), corrections };
}

/**
 * Clips the points of a path to the image. A line keeps two points: outside the image it becomes one point,
 * twice. Of a point ROI the points inside are left; without any, the first one moves to the border.
 */
export function clampPoints(
  type: PathRoi["type"],
  points: readonly RoiPoint[],
  size: PlaneSize,
): readonly RoiPoint[] {
  if (type === "point") {
    const { dim0Stop, dim1Stop } = fullBounds(size);
    const inside = points.filter((point) => isInPlane(point, size));
    return inside.length > 0
      ? inside
      : points
          .slice(0, 1)
          .map((point) => ({ dim0: clamp(point.dim0, dim0Stop), dim1: clamp(point.dim1, dim1Stop) }));
  }
  const clipped = clipPath(points, type === "polygon", size);
  const [only] = clipped;
  return type === "line" && clipped.length === 1 && only !== undefined ? [only, only] : clipped;
}

/** True if a point lies in a pixel of the image. */
export function hasPointInside(points: readonly RoiPoint[], size: PlaneSize): boolean {
  return points.some((point) => isInPlane(point, size));
}

function isInPlane({ dim0, dim1 }: RoiPoint, { height, width }: PlaneSize): boolean {
  return dim0 >= 0 && dim0 < height && dim1 >= 0 && dim1 < width;
}

function clampShape(roi: Roi, size: PlaneSize): GeometryChange {
  switch (roi.type) {
    case "rect":
      return { bounds: clampBounds(roi.bounds, size) };
    case "mask":
      return {};
    case "line":
    case "polyline":
    case "polygon":
    case "point":
      return { points: clampPoints(roi.type, roi.points, size) };
  }
  return roi satisfies never;
}

function clamp(value: number, max: number): number {
  return Math.min(Math.max(value, 0), max);
}
