// What the lab's programs take for no velocity.

import { type InPieces, mapInPieces } from "../pieces.ts";

/** The velocity that a single-precision tangent gives at 90° is beyond this by far. */
const MOST_MM_PER_S = 1e6;

/** Velocities beyond ±10⁶ mm/s, which stand for none, as NaN; zeros stay. */
export function withoutOutliers(velocityMmPerS: Float64Array): InPieces<Float64Array> {
  return mapInPieces(velocityMmPerS, (value) => (Math.abs(value) <= MOST_MM_PER_S ? value : Number.NaN));
}
