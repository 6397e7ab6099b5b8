// The peak of a correlation, between its samples.

import { naturalLog } from "./natural-log.ts";

export interface CorrelationPeak {
  /** Where it is, in samples from the middle one; NaN if the greatest value lies at an end. */
  readonly shift: number;
  readonly value: number;
}

/** The first of the greatest values, and the top of a Gaussian through it and its two neighbours. */
export function correlationPeak(correlation: Float64Array): CorrelationPeak {
  let best = 0;
  for (const [index, value] of correlation.entries()) {
    if (value > (correlation[best] ?? 0)) {
      best = index;
    }
  }
  const value = correlation[best] ?? Number.NaN;
  const isInside = best > 0 && best < correlation.length - 1 && Number.isFinite(value);
  const shift = isInside
    ? best + top(correlation[best - 1] ?? 0, value, correlation[best + 1] ?? 0)
    : Number.NaN;
  return { shift: shift - (correlation.length - 1) / 2, value };
}

/** A Gaussian is a parabola in logarithms. Where one of three is not positive, a parabola of the values themselves. */
function top(before: number, here: number, after: number): number {
  const isPositive = before > 0 && here > 0 && after > 0;
  const [a, b, c] = isPositive
    ? [naturalLog(before), naturalLog(here), naturalLog(after)]
    : [before, here, after];
  const shift = (a - c) / (2 * (a - 2 * b + c));
  return Number.isFinite(shift) ? shift : 0;
}
