// Finds the pixels in which marked points lie, row by row.

import type { RoiBounds } from "../shapes/bounds.ts";
import type { RoiPoint } from "../shapes/point.ts";

/** Visits the pixels of a region in which points lie, row by row, from left to right, without duplicates. */
export function forEachPointSpan(
  points: readonly RoiPoint[],
  region: RoiBounds,
  visit: (row: number, start: number, stop: number) => void,
): void {
  const pixels = points
    .map(({ dim0, dim1 }) => ({ row: Math.floor(dim0), column: Math.floor(dim1) }))
    .filter(
      ({ row, column }) =>
        row >= region.dim0Start &&
        row < region.dim0Stop &&
        column >= region.dim1Start &&
        column < region.dim1Stop,
    )
    .toSorted((a, b) => a.row - b.row || a.column - b.column);
  for (const [index, { row, column }] of pixels.entries()) {
    const before = pixels[index - 1];
    if (before?.row !== row || before.column !== column) {
      visit(row, column, column + 1);
    }
  }
}
