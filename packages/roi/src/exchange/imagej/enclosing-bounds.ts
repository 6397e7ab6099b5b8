import type { ImageJBounds, ImageJPoint } from "./imagej-roi.ts";

/** The smallest bounds around at least one point. A loop, since outlines are longer than a call has arguments. */
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
