// Half-open rectangles of whole pixels, and the arithmetic that all shapes share.

import { readInteger } from "./fields/read-field.ts";

/**
 * A half-open rectangle of pixels: `start` is inside, `stop` is not. All four edges are integers. dim0 counts
 * rows (time, in a kymograph), dim1 counts columns (space).
 */
export interface RoiBounds {
  readonly dim0Start: number;
  readonly dim0Stop: number;
  readonly dim1Start: number;
  readonly dim1Stop: number;
}

/** The size of one plane in pixels: `height` rows (dim0) and `width` columns (dim1). */
export interface PlaneSize {
  readonly height: number;
  readonly width: number;
}

/** The number of pixels inside; 0 for inverted or empty bounds. */
export function boundsArea(bounds: RoiBounds): number {
  const rows = Math.max(0, bounds.dim0Stop - bounds.dim0Start);
  const columns = Math.max(0, bounds.dim1Stop - bounds.dim1Start);
  return rows * columns;
}

/** True if all four edges are equal. */
export function boundsEqual(a: RoiBounds, b: RoiBounds): boolean {
  return (
    a.dim0Start === b.dim0Start &&
    a.dim0Stop === b.dim0Stop &&
    a.dim1Start === b.dim1Start &&
    a.dim1Stop === b.dim1Stop
  );
}

/**
 * Returns the bounds of a whole plane. Throws `invalid_argument` for a size that is not two integers of at
 * least 0.
 */
export function fullBounds(size: PlaneSize): RoiBounds {
  return Object.freeze({
    dim0Start: 0,
    dim0Stop: readInteger(size.height, "size.height", 0),
    dim1Start: 0,
    dim1Stop: readInteger(size.width, "size.width", 0),
  });
}

/** Swaps inverted pairs of edges. Throws `invalid_argument` for an edge that is not a safe integer. */
export function orderBounds(bounds: RoiBounds, path = "bounds"): RoiBounds {
  const dim0Start = readInteger(bounds.dim0Start, `${path}.dim0Start`);
  const dim0Stop = readInteger(bounds.dim0Stop, `${path}.dim0Stop`);
  const dim1Start = readInteger(bounds.dim1Start, `${path}.dim1Start`);
  const dim1Stop = readInteger(bounds.dim1Stop, `${path}.dim1Stop`);
  return Object.freeze({
    dim0Start: Math.min(dim0Start, dim0Stop),
    dim0Stop: Math.max(dim0Start, dim0Stop),
    dim1Start: Math.min(dim1Start, dim1Stop),
    dim1Stop: Math.max(dim1Start, dim1Stop),
  });
}

/** The part inside both; empty bounds (area 0) if they do not overlap. */
export function intersectBounds(a: RoiBounds, b: RoiBounds): RoiBounds {
  const dim0Start = Math.max(a.dim0Start, b.dim0Start);
  const dim1Start = Math.max(a.dim1Start, b.dim1Start);
  return Object.freeze({
    dim0Start,
    dim0Stop: Math.max(dim0Start, Math.min(a.dim0Stop, b.dim0Stop)),
    dim1Start,
    dim1Stop: Math.max(dim1Start, Math.min(a.dim1Stop, b.dim1Stop)),
  });
}
