// The size of one plane of an image: how many rows and columns a ROI can have.

import type { PlaneSize } from "@kym/roi";

/** Finds the axes of the plane by their names: columns are `x`; rows are `y`, or `t` in a line scan. Without names, the last two count. */
export function planeSize(shape: readonly number[], axes: readonly string[] = []): PlaneSize {
  const column = axes.indexOf("x");
  const row = axes.includes("y") ? axes.indexOf("y") : axes.indexOf("t");
  const isNamed = axes.length === shape.length && column >= 0 && row >= 0;
  const [height = 0, width = 0] = isNamed ? [shape[row], shape[column]] : shape.slice(-2);
  return { height, width };
}
