// The bounds around the points of an ImageJ selection, for reading and writing.

import type { ImageJBounds, ImageJPoint } from "./imagej-roi.ts";

/**
 * Returns the smallest bounds around one or more points. A loop, because an outline can have more points than a
 * call can have arguments.
 */
export function enclosingBounds(points: readonly ImageJPoint[]): ImageJBounds {
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const { x, y } of points) {
    left = Math.min(left, x);
    right = Math.max(right, x);
    top = Math.min(top, y);
    bottom = Math.max(bottom, y);
  }
  return Object.freeze({ x: left, y: top, width: right - left, height: bottom - top });
}
