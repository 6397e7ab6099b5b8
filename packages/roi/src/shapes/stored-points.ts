// Reads and writes the point arrays of polylines, polygons and point ROIs in an envelope.

import { unexpected } from "./fields/read-field.ts";
import type { RoiPoint } from "./point.ts";
import { readCoordinate } from "./point.ts";

/** The keys of each axis in stored data: the one that is written, then the one that is read as well. */
const X_KEYS = ["x", "dim1"] as const;
const Y_KEYS = ["y", "dim0"] as const;

/** The keys of the points of a polyline, polygon or point ROI in stored data, in both spellings. */
export const STORED_POINTS_KEYS: readonly string[] = Object.freeze([...X_KEYS, ...Y_KEYS]);

/**
 * Reads the arrays `x` and `y`, or `dim1` and `dim0`, which must have the same length and at least one number.
 * Throws `invalid_argument` with the path of the key.
 */
export function decodeStoredPoints(
  data: Readonly<Record<string, unknown>>,
  path: string,
): readonly RoiPoint[] {
  const x = readAxis(data, X_KEYS, path);
  const y = readAxis(data, Y_KEYS, path);
  if (x.length !== y.length) {
    throw unexpected(`${path}.y`, `${x.length} numbers as in x`, y.length);
  }
  return x.map((dim1, index) => ({ dim0: y[index] ?? 0, dim1 }));
}

/** Returns the stored `data` of points; x is dim1, y is dim0. */
export function encodeStoredPoints(points: readonly RoiPoint[]): Record<string, unknown> {
  return { x: points.map(({ dim1 }) => dim1), y: points.map(({ dim0 }) => dim0) };
}

/** Reads one axis in either spelling; both may be present if they agree. */
function readAxis(
  data: Readonly<Record<string, unknown>>,
  keys: readonly [written: string, alternative: string],
  path: string,
): readonly number[] {
  const [written, alternative] = keys;
  const present = keys.filter((key) => data[key] !== undefined);
  const [axis, other = axis] = present.map((key) => readNumbers(data[key], `${path}.${key}`));
  if (axis === undefined || other === undefined) {
    throw unexpected(`${path}.${written}`, `an array of numbers under this key or ${alternative}`, undefined);
  }
  if (axis.length !== other.length || axis.some((value, index) => value !== other[index])) {
    throw unexpected(`${path}.${alternative}`, `the same as in ${written}`, data[alternative]);
  }
  return axis;
}

function readNumbers(value: unknown, path: string): readonly number[] {
  if (!Array.isArray(value) || value.length === 0) {
    throw unexpected(path, "an array of at least one number", value);
  }
  return value.map((item: unknown, index) => readCoordinate(item, `${path}[${index}]`));
}
