import type { RoiPoint } from "../shapes/point.ts";
import { crossingOf, type PolygonEdge, polygonEdges } from "./even-odd.ts";

/** Sides nearer than this, in pixels, enclose nothing. */
const NEGLIGIBLE = 1e-9;

/**
 * True if the even–odd rule leaves any area inside: not for fewer than three distinct points, points on one line, an
 * outline that returns on itself, and one that is gone round twice.
 *
 * Between two neighbouring ends of sides no side begins or stops; there is no area if the sides that pass lie on one
 * another in pairs. The first such band of an outline with an area usually has some, so that it is the only one looked
 * at.
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

/** Without the sides that come twice: crossing both changes nothing. */
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
