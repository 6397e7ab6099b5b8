// Writes one ImageJ `.roi` file.

import { RoiError } from "../../errors.ts";
import { readFiniteNumber, readInteger, unexpected } from "../../shapes/fields/read-field.ts";
import { enclosingBounds } from "./enclosing-bounds.ts";
import type { ImageJBounds, ImageJPoint, ImageJPosition } from "./imagej-roi.ts";
import {
  HEADER,
  HEADER_BYTES,
  HEADER2,
  HEADER2_BYTES,
  ROI_MAGIC,
  ROI_TYPES,
  SUB_PIXEL_OPTION,
  WRITTEN_VERSION,
} from "./roi-layout.ts";

interface WritableFields {
  /** Default: no name; ImageJ then uses the file's name. */
  readonly name?: string | undefined;
  /** Each absent number is 0, for "no position". */
  readonly position?: Partial<ImageJPosition> | undefined;
}

/** A selection that can be written as a `.roi` file. */
export type WritableImageJRoi =
  | (WritableFields & { readonly type: "rect"; readonly bounds: ImageJBounds })
  | (WritableFields & {
      readonly type: "line" | "freeline" | "polyline" | "polygon" | "freehand" | "traced" | "point";
      /** Exactly two for a line, 1 to 65 535 for the others. */
      readonly coordinates: readonly ImageJPoint[];
    });

/** The most points that the 16-bit count can hold; ImageJ does not write longer outlines either. */
const MOST_POINTS = 65_535;
/** The range of 16-bit numbers that ImageJ and every other reader understand the same way. */
const [LEAST_SHORT, MOST_SHORT] = [-5000, 32_767];
/** Up to here, 32-bit floats tell whole pixels apart. */
const FARTHEST = 2 ** 24;

/**
 * Returns the bytes of an ImageJ `.roi` file, version 228.
 *
 * Positions are written as 16-bit integers if all of them are such integers; otherwise as 32-bit floats, to
 * which they are rounded. The ends of a line are always floats. Stroke and fill are not written.
 *
 * @throws {RoiError} `invalid_argument`, with the path, for a position that is not finite or beyond ±2²⁴, where
 *   floats no longer tell pixels apart
 * @throws {RoiError} `invalid_argument` for a number of points that the type cannot have, a negative size, or a
 *   negative stack position
 */
export function writeImageJRoi(roi: WritableImageJRoi): Uint8Array<ArrayBuffer> {
  const points = roi.type === "rect" ? [] : checkPoints(roi.coordinates, roi.type);
  const bounds = roi.type === "rect" ? checkBounds(roi.bounds) : enclosingBounds(points);
  const isSubPixel = roi.type !== "line" && !fitsShorts(bounds, points);
  const isOutline = roi.type !== "rect" && roi.type !== "line";
  const pointBytes = isOutline ? points.length * (isSubPixel ? 12 : 4) : 0;
  const header2 = HEADER_BYTES + pointBytes;
  const name = roi.name ?? "";
  const view = new DataView(new ArrayBuffer(header2 + HEADER2_BYTES + 2 * name.length));
  view.setUint32(0, ROI_MAGIC);
  view.setUint16(HEADER.version, WRITTEN_VERSION);
  view.setUint8(HEADER.type, ROI_TYPES.indexOf(roi.type));
  putCorners(view, bounds);
  view.setUint16(HEADER.options, isSubPixel ? SUB_PIXEL_OPTION : 0);
  view.setInt32(HEADER.header2, header2);
  if (isOutline) {
    view.setUint16(HEADER.numCoordinates, points.length);
    putPoints(view, bounds, points, isSubPixel);
  } else if (roi.type === "line") {
    putFloats(
      view,
      HEADER.floats,
      points.flatMap(({ x, y }) => [x, y]),
    );
  } else if (isSubPixel) {
    putFloats(view, HEADER.floats, [bounds.x, bounds.y, bounds.width, bounds.height]);
  }
  putHeader2(view, header2, name, roi.position ?? {});
  return new Uint8Array(view.buffer);
}

function checkPoints(points: readonly ImageJPoint[], type: string): readonly ImageJPoint[] {
  const isRight = type === "line" ? points.length === 2 : points.length > 0 && points.length <= MOST_POINTS;
  if (!isRight) {
    throw unexpected(
      "coordinates",
      type === "line" ? "two points" : `1 to ${MOST_POINTS} points`,
      points.length,
    );
  }
  return points.map(({ x, y }, index) => ({
    x: checkNumber(x, `coordinates[${index}].x`),
    y: checkNumber(y, `coordinates[${index}].y`),
  }));
}

function checkBounds({ x, y, width, height }: ImageJBounds): ImageJBounds {
  const bounds = {
    x: checkNumber(x, "bounds.x"),
    y: checkNumber(y, "bounds.y"),
    width: checkNumber(width, "bounds.width"),
    height: checkNumber(height, "bounds.height"),
  };
  if (width < 0 || height < 0) {
    throw unexpected("bounds", "a width and height of at least 0", Math.min(width, height));
  }
  return bounds;
}

function checkNumber(value: number, path: string): number {
  if (Math.abs(readFiniteNumber(value, path)) > FARTHEST) {
    throw new RoiError("invalid_argument", `${path}: expected a position within ±2^24, found ${value}`, {
      path,
      expected: FARTHEST,
      found: value,
    });
  }
  return value;
}

/**
 * True if 16 bits can hold the corners, the size and all points; the points of an outline are offsets from a
 * corner.
 */
function fitsShorts({ x, y, width, height }: ImageJBounds, points: readonly ImageJPoint[]): boolean {
  const edges = [x, y, x + width, y + height, width, height];
  return (
    edges.every((edge) => Number.isInteger(edge) && edge >= LEAST_SHORT && edge <= MOST_SHORT) &&
    points.every((point) => Number.isInteger(point.x) && Number.isInteger(point.y))
  );
}

/**
 * Writes the corners as 16-bit integers. If floats follow, these are the whole pixels around them, cut to 16
 * bits.
 */
function putCorners(view: DataView, { x, y, width, height }: ImageJBounds): void {
  view.setInt16(HEADER.top, Math.floor(y));
  view.setInt16(HEADER.left, Math.floor(x));
  view.setInt16(HEADER.bottom, Math.ceil(y + height));
  view.setInt16(HEADER.right, Math.ceil(x + width));
}

function putPoints(
  view: DataView,
  bounds: ImageJBounds,
  points: readonly ImageJPoint[],
  isSubPixel: boolean,
): void {
  const [left, top] = [Math.floor(bounds.x), Math.floor(bounds.y)];
  const yOffset = 2 * points.length;
  for (const [index, { x, y }] of points.entries()) {
    const at = HEADER_BYTES + 2 * index;
    view.setInt16(at, Math.floor(x) - left);
    view.setInt16(at + yOffset, Math.floor(y) - top);
  }
  if (isSubPixel) {
    const floats = [...points.map(({ x }) => x), ...points.map(({ y }) => y)];
    putFloats(view, HEADER_BYTES + 4 * points.length, floats);
  }
}

function putFloats(view: DataView, offset: number, values: readonly number[]): void {
  for (const [index, value] of values.entries()) {
    view.setFloat32(offset + 4 * index, value);
  }
}

function putHeader2(view: DataView, header2: number, name: string, position: Partial<ImageJPosition>): void {
  const put = (offset: number, key: keyof ImageJPosition): void => {
    const number = readInteger(position[key] ?? 0, `position.${key}`, 0);
    if (number > 0x7fff_ffff) {
      throw unexpected(`position.${key}`, "at most 2147483647", number);
    }
    view.setInt32(offset, number);
  };
  put(HEADER.position, "slice");
  put(header2 + HEADER2.c, "c");
  put(header2 + HEADER2.z, "z");
  put(header2 + HEADER2.t, "t");
  if (name !== "") {
    const offset = header2 + HEADER2_BYTES;
    view.setInt32(header2 + HEADER2.nameOffset, offset);
    view.setInt32(header2 + HEADER2.nameLength, name.length);
    for (let index = 0; index < name.length; index++) {
      view.setUint16(offset + 2 * index, name.charCodeAt(index));
    }
  }
}
