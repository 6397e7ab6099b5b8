// Tells whether a polygon has any area, by the even–odd rule, to refuse empty polygons.

import type { RoiPoint } from "../shapes/point.ts";
import { crossingOf, type PolygonEdge, polygonEdges } from "./even-odd.ts";

/** Sides nearer to each other than this, in pixels, enclose no area. */
const NEGLIGIBLE = 1e-9;

/**
 * True if a polygon has any area by the even–odd rule. It has no area with fewer than three distinct points,
 * with all points on one line, if the outline returns on itself, or if it goes round twice.
 *
 * The ends of the sides divide the plane into bands of rows in which no side begins or stops. A band has no
 * area if its sides coincide in pairs. Bands are tried from the top until one has an area; usually the first
 * one does.
 */
export function polygonHasArea(points: readonly RoiPoint[]): boolean {
  const edges = withoutPairs(polygonEdges(points)).toSorted((a, b) => a.top.dim0 - b.top.dim0);
  const ends = new Set(edges.flatMap(({ top, bottom }) => [top.dim0, bottom.dim0]));
  const rows = [...ends].sort((a, b) => a - b);
  let passing: readonly PolygonEdge[] = [];
  let next = 0;
  return rows.some((start, index) => {
    const stop = rows[index + 1];
    if (stop === undefined) {
      return false;
    }
    let after = next;
    while ((edges[after]?.top.dim0 ?? Number.POSITIVE_INFINITY) <= start) {
      after += 1;
    }
    passing = [...passing, ...edges.slice(next, after)].filter(({ bottom }) => bottom.dim0 > start);
    next = after;
    return bandHasArea(passing, start, stop);
  });
}

function bandHasArea(edges: readonly PolygonEdge[], start: number, stop: number): boolean {
  const sides = edges
    .map((edge) => ({ from: crossingOf(edge, start), to: crossingOf(edge, stop) }))
    .sort((a, b) => a.from - b.from || a.to - b.to);
  return sides.some(({ from, to }, index) => {
    const left = sides[index - 1];
    const width = left === undefined ? 0 : Math.max(Math.abs(from - left.from), Math.abs(to - left.to));
    return index % 2 === 1 && width > NEGLIGIBLE;
  });
}

/** Removes sides that occur twice: crossing both changes nothing. */
function withoutPairs(edges: readonly PolygonEdge[]): readonly PolygonEdge[] {
  const odd = new Map<string, PolygonEdge>();
  for (const edge of edges) {
    const key = [edge.top.dim0, edge.top.dim1, edge.bottom.dim0, edge.bottom.dim1].join();
    if (!odd.delete(key)) {
      odd.set(key, edge);
    }
  }
  return [...odd.values()];
}
