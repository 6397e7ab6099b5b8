import { mean } from "./mean.ts";
import { median } from "./median.ts";

/**
 * A trace as the lab plots it: what lies more than 2 population SD from the mean is taken out, once, and then each
 * value becomes the median of itself and its neighbours, of those that are there.
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
