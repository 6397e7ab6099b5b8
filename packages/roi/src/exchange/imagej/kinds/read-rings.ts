// Reads the path of a composite selection: its rings, with curves as short straight sides.

import { unexpected } from "../../../shapes/fields/read-field.ts";
import { readCoordinate } from "../../../shapes/point.ts";
import type { ImageJPoint } from "../imagej-roi.ts";
import type { RoiBytes } from "../roi-bytes.ts";
import { HEADER, HEADER_BYTES } from "../roi-layout.ts";

/** The numbers of coordinates after each kind of segment: move, line, curve of one and of two control points, close. */
const COORDINATES = [2, 2, 4, 6, 0] as const;
const [MOVE, , , , CLOSE] = [0, 1, 2, 3, 4];
/** Straight sides of one curve. */
const SIDES = 16;
/** As many as a ROI may have points. */
const MOST_POINTS = 1_000_000;

/**
 * Reads the rings of a composite, which its file lists as the segments of a path. A ring is closed whether the path closes it
 * or not, as in ImageJ, which fills them by the even–odd rule.
 *
 * @throws {RoiError} `invalid_argument`, with the byte, for a path that is cut off, does not begin with a move, has an
 *   unknown segment or a coordinate that is not finite or beyond ±2³¹, or has more than 1 000 000 points
 */
export function readRings(file: RoiBytes): readonly (readonly ImageJPoint[])[] {
  const count = file.int32(HEADER.shapeSize);
  file.require(HEADER_BYTES, 4 * count, "the path of a composite");
  const rings: ImageJPoint[][] = [];
  let ring: ImageJPoint[] | undefined;
  let numPoints = 0;
  for (let index = 0; index < count; ) {
    const at = HEADER_BYTES + 4 * index;
    const kind = file.float32(at);
    const length = COORDINATES[kind];
    if (length === undefined || (kind !== MOVE && ring === undefined) || index + 1 + length > count) {
      throw unexpected(`byte ${at}`, "a segment of a path that begins with a move", kind);
    }
    const numbers = Array.from({ length }, (_, each) => coordinateAt(file, at + 4 + 4 * each));
    if (kind === MOVE) {
      ring = [];
      rings.push(ring);
    }
    const last = ring?.at(-1);
    const points = kind === CLOSE ? [] : sidesOf(last ?? { x: 0, y: 0 }, numbers);
    ring?.push(...points);
    numPoints += points.length;
    if (numPoints > MOST_POINTS) {
      throw unexpected(`byte ${at}`, `a path of at most ${MOST_POINTS} points`, numPoints);
    }
    index += 1 + length;
  }
  return Object.freeze(rings.map((each) => Object.freeze(withoutClosing(each))));
}

function coordinateAt(file: RoiBytes, at: number): number {
  return readCoordinate(file.float32(at), `byte ${at}`);
}

/** The ends of the straight sides from a point along a line or a Bézier curve. */
function sidesOf(from: ImageJPoint, [x1 = 0, y1 = 0, x2, y2, x3, y3]: readonly number[]): ImageJPoint[] {
  if (x2 === undefined || y2 === undefined) {
    return [Object.freeze({ x: x1, y: y1 })];
  }
  return Array.from({ length: SIDES }, (_, index) => {
    const t = (index + 1) / SIDES;
    const s = 1 - t;
    const along = (a: number, b: number, c: number, d: number | undefined): number =>
      d === undefined
        ? s * s * a + 2 * s * t * b + t * t * c
        : s * s * s * a + 3 * s * s * t * b + 3 * s * t * t * c + t * t * t * d;
    return Object.freeze({ x: along(from.x, x1, x2, x3), y: along(from.y, y1, y2, y3) });
  });
}

/** Leaves out a last point that repeats the first. */
function withoutClosing(ring: readonly ImageJPoint[]): readonly ImageJPoint[] {
  const [first, last] = [ring[0], ring.at(-1)];
  const isRepeated = ring.length > 1 && first?.x === last?.x && first?.y === last?.y;
  return isRepeated ? ring.slice(0, -1) : ring;
}
