// What the lab's programs take for no velocity.

/** The velocity that a single-precision tangent gives at 90° is beyond this by far. */
const MOST_MM_PER_S = 1e6;

/** Velocities beyond ±10⁶ mm/s, which stand for none, as NaN; zeros stay. */
export function withoutOutliers(velocityMmPerS: Float64Array): Float64Array {
  return velocityMmPerS.map((value) => (Math.abs(value) <= MOST_MM_PER_S ? value : Number.NaN));
}
