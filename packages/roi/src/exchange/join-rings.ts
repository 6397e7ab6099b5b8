// Makes one outline of several rings, for shapes of several parts or with holes.

import type { RoiPoint } from "../shapes/point.ts";

/**
 * Joins rings, none of which repeats its first point, to one outline that covers exactly the pixels that an odd number of
 * the rings covers: parts beside each other, and holes.
 *
 * Each further ring is reached along a straight way from the first point of the first ring, and left along the same way. Two
 * crossings at one place do not count under the even–odd rule, so the ways cover nothing. Rings of fewer than three points
 * have no area and are left out.
 */
export function joinRings(rings: readonly (readonly RoiPoint[])[]): readonly RoiPoint[] {
  const [outer, ...others] = rings.filter(({ length }) => length > 2);
  const [home] = outer ?? [];
  if (outer === undefined || home === undefined || others.length === 0) {
    return outer ?? [];
  }
  return [...outer, ...others.flatMap((ring) => [home, ...ring, ...ring.slice(0, 1)])];
}
