// Finds the pixels that a polygon covers, row by row.

import { crossingOf, type PolygonEdge, polygonEdges } from "../geometry/even-odd.ts";
import { firstCentreFrom } from "../geometry/roi-bounds.ts";
import type { RoiBounds } from "../shapes/bounds.ts";
import type { RoiPoint } from "../shapes/point.ts";

/** An edge, and the half-open range of rows whose centres it passes. */
interface EdgeRows {
  readonly edge: PolygonEdge;
  readonly start: number;
  readonly stop: number;
}

/** Visits the pixels of a region whose centres are inside by the even–odd rule, row by row, from left to right. */
export function forEachPolygonSpan(
  points: readonly RoiPoint[],
  region: RoiBounds,
  visit: (row: number, start: number, stop: number) => void,
): void {
  const edges = edgesInRows(points, region);
  let passing: readonly EdgeRows[] = [];
  let next = 0;
  for (let row = edges[0]?.start ?? region.dim0Stop; row < region.dim0Stop; row += 1) {
    const first = next;
    while ((edges[next]?.start ?? Number.POSITIVE_INFINITY) <= row) {
      next += 1;
    }
    passing = [...passing, ...edges.slice(first, next)].filter(({ stop }) => stop > row);
    const crossings = Float64Array.from(passing, ({ edge }) => crossingOf(edge, row + 0.5)).sort();
    for (let index = 0; index + 1 < crossings.length; index += 2) {
      const start = Math.max(region.dim1Start, firstCentreFrom(crossings[index] ?? 0));
      const stop = Math.min(region.dim1Stop, firstCentreFrom(crossings[index + 1] ?? 0));
      if (start < stop) {
        visit(row, start, stop);
      }
    }
  }
}

/** Returns the edges that pass rows of the region, sorted by the first such row. */
function edgesInRows(points: readonly RoiPoint[], region: RoiBounds): readonly EdgeRows[] {
  return polygonEdges(points)
    .map((edge) => ({
      edge,
      start: Math.max(region.dim0Start, firstCentreFrom(edge.top.dim0)),
      stop: Math.min(region.dim0Stop, firstCentreFrom(edge.bottom.dim0)),
    }))
    .filter(({ start, stop }) => start < stop)
    .toSorted((a, b) => a.start - b.start);
}
