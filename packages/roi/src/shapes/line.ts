// Line ROIs: two points and everything within half a pixel of the segment between them.

import { unexpected } from "./fields/read-field.ts";
import { checkRoiFields, type RoiFields, type RoiFieldsInit } from "./fields/roi-fields.ts";
import { decodeStoredEdges, STORED_EDGE_KEYS } from "./fields/stored-edges.ts";
import { checkPoints, type RoiPoint, readCoordinate } from "./point.ts";

/** The two ends of a line. A line has a direction, from the first to the last. */
export type LineEnds = readonly [first: RoiPoint, last: RoiPoint];

/** A straight line, one pixel wide. Its ends can be equal if it was read from a file. */
export interface LineRoi extends RoiFields {
  readonly type: "line";
  readonly points: LineEnds;
}

export interface LineRoiInit extends RoiFieldsInit {
  /** Exactly two. */
  readonly points: readonly RoiPoint[];
}

/** The keys of a line's geometry in stored `data`, in both spellings. */
export const LINE_DATA_KEYS: readonly string[] = STORED_EDGE_KEYS;

/** Creates an immutable line. Throws `invalid_argument` with the path of the field. */
export function createLineRoi(init: LineRoiInit): LineRoi {
  return Object.freeze({
    type: "line",
    ...checkRoiFields(init, LINE_DATA_KEYS),
    points: checkEnds(init.points),
  });
}

/**
 * Reads `x0, x1, y0, y1` or `dim0_start …`; fractions are allowed. Throws `invalid_argument` with the path of
 * the key.
 */
export function decodeLineData(data: Readonly<Record<string, unknown>>, path: string): LineEnds {
  const { x0, x1, y0, y1 } = decodeStoredEdges(data, path, readCoordinate);
  return [
    { dim0: y0, dim1: x0 },
    { dim0: y1, dim1: x1 },
  ];
}

/** Returns the stored `data` of a line from `(x0, y0)` to `(x1, y1)`; x is dim1, y is dim0. */
export function encodeLineData({ points: [first, last] }: LineRoi): Record<string, unknown> {
  return { x0: first.dim1, x1: last.dim1, y0: first.dim0, y1: last.dim0 };
}

/**
 * Checks the two points of a line. Throws `invalid_argument` for another number of points, and as {@link
 * checkPoints} does.
 */
export function checkEnds(points: readonly RoiPoint[]): LineEnds {
  const [first, last, ...more] = checkPoints(points);
  if (first === undefined || last === undefined || more.length > 0) {
    throw unexpected("points", "two points", points.length);
  }
  return Object.freeze([first, last] as const);
}
