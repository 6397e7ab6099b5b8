// Reads the corners and points of a `.roi` file, as integers or floats.

import { unexpected } from "../../shapes/fields/read-field.ts";
import { enclosingBounds } from "./enclosing-bounds.ts";
import type { ImageJBounds, ImageJPoint, ImageJRoi, ImageJRoiType } from "./imagej-roi.ts";
import type { RoiBytes } from "./roi-bytes.ts";
import {
  HEADER,
  HEADER_BYTES,
  isOutline,
  SUB_PIXEL_OPTION,
  SUB_PIXEL_RECT_VERSION,
  SUB_PIXEL_VERSION,
} from "./roi-layout.ts";

type ImageJShape = Pick<ImageJRoi, "bounds" | "coordinates" | "isSubPixel">;

/** A 16-bit number below this one stands for a number above 32 767. */
const LEAST_SIGNED = -5000;

/** Reads corners or coordinates; the type and the version decide which of them count. */
export function readShape(
  file: RoiBytes,
  type: ImageJRoiType,
  isComposite: boolean,
  version: number,
): ImageJShape {
  const asksForFloats = (file.uint16(HEADER.options) & SUB_PIXEL_OPTION) !== 0;
  if (!isComposite && type === "line") {
    return outline(readLineEnds(file), true);
  }
  if (!isComposite && isOutline(type)) {
    const isSubPixel = asksForFloats && version >= SUB_PIXEL_VERSION;
    return outline(readPoints(file, isSubPixel), isSubPixel);
  }
  const hasFloatCorners = !isComposite && (type === "rect" || type === "oval");
  const isSubPixel = hasFloatCorners && asksForFloats && version >= SUB_PIXEL_RECT_VERSION;
  return { bounds: isSubPixel ? readFloatCorners(file) : readCorners(file), coordinates: [], isSubPixel };
}

function outline(coordinates: readonly ImageJPoint[], isSubPixel: boolean): ImageJShape {
  return { bounds: enclosingBounds(coordinates), coordinates: Object.freeze(coordinates), isSubPixel };
}

function readLineEnds(file: RoiBytes): readonly ImageJPoint[] {
  const at = (index: number): number => file.float32(HEADER.floats + 4 * index);
  return [Object.freeze({ x: at(0), y: at(1) }), Object.freeze({ x: at(2), y: at(3) })];
}

/**
 * Reads the points: all x, then all y, as 16-bit offsets from the corner. If there are floats, they follow in
 * the same order and are used instead.
 */
function readPoints(file: RoiBytes, isSubPixel: boolean): readonly ImageJPoint[] {
  const few = file.uint16(HEADER.numCoordinates);
  const numPoints = few === 0 ? file.int32(HEADER.manyCoordinates) : few;
  if (numPoints < 1) {
    throw unexpected(`byte ${HEADER.numCoordinates}`, "at least one point", numPoints);
  }
  file.require(HEADER_BYTES, numPoints * (isSubPixel ? 12 : 4), `${numPoints} points`);
  const [left, top] = [readShort(file, HEADER.left), readShort(file, HEADER.top)];
  return Array.from({ length: numPoints }, (_, index) => {
    if (isSubPixel) {
      const at = HEADER_BYTES + 4 * numPoints + 4 * index;
      return Object.freeze({ x: file.float32(at), y: file.float32(at + 4 * numPoints) });
    }
    const at = HEADER_BYTES + 2 * index;
    const [x, y] = [readShort(file, at), readShort(file, at + 2 * numPoints)];
    return Object.freeze({ x: left + Math.max(0, x), y: top + Math.max(0, y) });
  });
}

function readCorners(file: RoiBytes): ImageJBounds {
  const [x, y] = [readShort(file, HEADER.left), readShort(file, HEADER.top)];
  return checkExtent({
    x,
    y,
    width: readShort(file, HEADER.right) - x,
    height: readShort(file, HEADER.bottom) - y,
  });
}

function readFloatCorners(file: RoiBytes): ImageJBounds {
  const at = (index: number): number => file.float32(HEADER.floats + 4 * index);
  return checkExtent({ x: at(0), y: at(1), width: at(2), height: at(3) });
}

function checkExtent(bounds: ImageJBounds): ImageJBounds {
  for (const side of ["width", "height"] as const) {
    if (bounds[side] < 0) {
      throw unexpected(`byte ${HEADER.top}`, `a ${side} of at least 0`, bounds[side]);
    }
  }
  return Object.freeze(bounds);
}

function readShort(file: RoiBytes, offset: number): number {
  const number = file.int16(offset);
  return number < LEAST_SIGNED ? number + 65_536 : number;
}
