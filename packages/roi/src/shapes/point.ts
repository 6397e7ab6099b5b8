// Positions in a plane, and the checks for every list of points.

import { RoiError } from "../errors.ts";
import { readFiniteNumber, readRecord, unexpected } from "./fields/read-field.ts";

/**
 * A position in a plane, in pixels; fractions are allowed. Pixel `i` covers `i ≤ p < i + 1`, and its centre is
 * `i + 0.5`. dim0 counts rows (y), dim1 counts columns (x).
 */
export interface RoiPoint {
  readonly dim0: number;
  readonly dim1: number;
}

/** The largest coordinate that is accepted. Up to here, a double resolves a millionth of a pixel. */
const FARTHEST = 2 ** 31;
/** More points than an outline of any image has. */
const MOST_POINTS = 1_000_000;

/**
 * Returns checked and frozen copies of 1 to 1 000 000 points.
 *
 * @throws {RoiError} `invalid_argument`, with the path, for another number of points and for a coordinate that
 *   is not finite or lies beyond ±2³¹
 */
export function checkPoints(points: readonly RoiPoint[], path = "points"): readonly RoiPoint[] {
  if (!Array.isArray(points)) {
    throw unexpected(path, "an array of points", points);
  }
  if (points.length === 0 || points.length > MOST_POINTS) {
    throw unexpected(path, `1 to ${MOST_POINTS} points`, points.length);
  }
  return Object.freeze(
    points.map((point: unknown, index) => {
      const { dim0, dim1 } = readRecord(point, `${path}[${index}]`);
      return Object.freeze({
        dim0: readCoordinate(dim0, `${path}[${index}].dim0`),
        dim1: readCoordinate(dim1, `${path}[${index}].dim1`),
      });
    }),
  );
}

/** Reads a coordinate, given as a number or as a bigint (from lossless JSON readers). Throws `invalid_argument`. */
export function readCoordinate(value: unknown, path: string): number {
  const number = readFiniteNumber(typeof value === "bigint" ? Number(value) : value, path);
  if (Math.abs(number) > FARTHEST) {
    throw new RoiError("invalid_argument", `${path}: expected a coordinate within ±2^31, found ${number}`, {
      path,
      expected: FARTHEST,
      found: value,
    });
  }
  return number === 0 ? 0 : number;
}
