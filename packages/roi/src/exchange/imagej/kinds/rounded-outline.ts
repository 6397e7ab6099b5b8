// The outline of an oval or of a rectangle with round corners, as a polygon that covers the same pixels.

import type { ImageJBounds, ImageJPoint } from "../imagej-roi.ts";

/** A row of the outline: the columns from `start` up to `stop`, on the edges of pixels. */
interface Row {
  readonly y: number;
  readonly start: number;
  readonly stop: number;
}

/** Beyond this size along both axes, the curve itself is drawn, with this many points. */
const LARGEST = 2048;

/**
 * Returns the outline of the pixels whose centres lie inside a rectangle with elliptic corners. With radii of half its size
 * it is an oval.
 *
 * These are the pixels that ImageJ counts, for bounds of whole pixels. An oval without the centre of a pixel, and one of
 * more than 2048 pixels both ways, become a polygon of points on the curve.
 *
 * @param radius half the width and height of the corners; at most half the size counts
 */
export function roundedOutline(
  bounds: ImageJBounds,
  radius: { readonly x: number; readonly y: number },
): readonly ImageJPoint[] {
  const { x, y, width, height } = bounds;
  const [rx, ry] = [Math.min(radius.x, width / 2), Math.min(radius.y, height / 2)];
  const rows = Math.min(width, height) > LARGEST ? [] : rowsOf(bounds, rx, ry);
  if (rows.length === 0) {
    return Array.from({ length: LARGEST }, (_, index) => {
      const turn = (2 * Math.PI * index) / LARGEST;
      return { x: x + (width / 2) * (1 + Math.cos(turn)), y: y + (height / 2) * (1 + Math.sin(turn)) };
    });
  }
  const right = rows.flatMap(({ y: top, stop }) => [
    { x: stop, y: top },
    { x: stop, y: top + 1 },
  ]);
  const left = rows.toReversed().flatMap(({ y: top, start }) => [
    { x: start, y: top + 1 },
    { x: start, y: top },
  ]);
  return withoutMiddles([...right, ...left]);
}

function rowsOf({ x, y, width, height }: ImageJBounds, rx: number, ry: number): readonly Row[] {
  const rows: Row[] = [];
  for (let row = Math.ceil(y - 0.5); row + 0.5 < y + height; row++) {
    const centre = row + 0.5;
    const beyond = Math.max(0, y + ry - centre, centre - (y + height - ry)) / (ry || 1);
    const inset = rx * (1 - Math.sqrt(Math.max(0, 1 - beyond * beyond)));
    const [start, stop] = [Math.ceil(x + inset - 0.5), Math.floor(x + width - inset - 0.5) + 1];
    if (start < stop) {
      rows.push({ y: row, start, stop });
    }
  }
  return rows;
}

/** Leaves out the points in the middle of straight sides, of which a long oval has thousands. */
function withoutMiddles(points: readonly ImageJPoint[]): readonly ImageJPoint[] {
  return points.filter((point, index) => {
    const [before, after] = [points.at(index - 1), points[(index + 1) % points.length]];
    const isMiddle =
      (before?.x === point.x && after?.x === point.x) || (before?.y === point.y && after?.y === point.y);
    return !isMiddle;
  });
}
