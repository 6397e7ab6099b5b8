// The pixels that every function of this package reads, and the part of them that it is asked about.

import { refuse } from "../errors.ts";

/** Pixels of a kymograph, row by row: `lines` sweeps in time, of `columns` places along the vessel each. */
export interface FlowPlane {
  readonly pixels:
    | Uint8Array
    | Int8Array
    | Uint16Array
    | Int16Array
    | Uint32Array
    | Int32Array
    | Float32Array
    | Float64Array;
  readonly lines: number;
  readonly columns: number;
}

/** A rectangle of a plane, half open. */
export interface FlowRegion {
  readonly lineStart: number;
  readonly lineStop: number;
  readonly columnStart: number;
  readonly columnStop: number;
}

/**
 * The part of a plane that is asked about: the whole plane if no region is given.
 *
 * @throws {FlowError} `invalid_argument` if the plane has other than lines × columns pixels, or the region does not lie in it
 */
export function regionOf(plane: FlowPlane, region?: FlowRegion | undefined): FlowRegion {
  const { lines, columns, pixels } = plane;
  if (!isCount(lines) || !isCount(columns) || pixels.length !== lines * columns) {
    throw refuse("plane.pixels", `${lines} × ${columns} pixels`, pixels.length);
  }
  const found = region ?? { lineStart: 0, lineStop: lines, columnStart: 0, columnStop: columns };
  requireRange("region.line", found.lineStart, found.lineStop, lines);
  requireRange("region.column", found.columnStart, found.columnStop, columns);
  return found;
}

function requireRange(path: string, start: number, stop: number, end: number): void {
  if (!isCount(start) || !isCount(stop) || start > stop || stop > end) {
    throw refuse(path, `a range within 0 to ${end}`, `${start} to ${stop}`);
  }
}

function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}
