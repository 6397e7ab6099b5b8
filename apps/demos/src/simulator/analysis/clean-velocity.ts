// Cleans a velocity trace as the lab's application does before it plots it.

import { mean } from "./mean.ts";
import { median } from "./median.ts";

/**
 * Removes values more than 2 population SD from the mean, once. Then replaces each value by the median of itself and
 * its two neighbours, ignoring those that are missing.
 */
export function cleanVelocity(velocityMmPerS: readonly number[]): readonly number[] {
  const present = velocityMmPerS.filter(Number.isFinite);
  const centre = mean(present);
  const sd = Math.sqrt(mean(present.map((velocity) => (velocity - centre) ** 2)));
  const kept = velocityMmPerS.map((velocity) =>
    Math.abs(velocity - centre) <= 2 * sd ? velocity : Number.NaN,
  );
  return kept.map((_, index) => median(kept.slice(Math.max(0, index - 1), index + 2)));
}
