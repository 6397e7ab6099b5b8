// Contrast: which pixel values become the darkest and the brightest level.

import type { PixelArray } from "./pixel-plane.ts";

/** Values up to `low` are the darkest level, values from `high` on the brightest. */
export interface Contrast {
  readonly low: number;
  readonly high: number;
}

export interface ContrastOptions {
  /** The share of pixels that are darkest, in percent. Default 1. */
  readonly lowPercent?: number | undefined;
  /** The percentile from which on pixels are brightest. Default 99.5. */
  readonly highPercent?: number | undefined;
}

/**
 * The contrast between two percentiles of the pixels, by linear interpolation as in `numpy.percentile`. What is not finite does
 * not count. Without a finite pixel both are 0.
 */
export function contrastOf(pixels: PixelArray, options: ContrastOptions = {}): Contrast {
  const { lowPercent = 1, highPercent = 99.5 } = options;
  const sorted = Float64Array.from(pixels).filter(Number.isFinite).sort();
  return { low: percentileOf(sorted, lowPercent), high: percentileOf(sorted, highPercent) };
}

/** The level, from 0 to 255, of a value: linear between both ends. A value that is not a number is the darkest. */
export function levelOf(value: number, { low, high }: Contrast): number {
  if (!(value > low)) {
    return 0;
  }
  return value >= high ? 255 : Math.round((255 * (value - low)) / (high - low));
}

/** @param sorted finite, from the least to the greatest */
export function percentileOf(sorted: Float64Array, percent: number): number {
  const place = (Math.min(100, Math.max(0, percent)) / 100) * (sorted.length - 1);
  const [below, fraction] = [Math.floor(place), place % 1];
  const [low = 0, high = low] = sorted.subarray(below, below + 2);
  return fraction === 0 ? low : low + fraction * (high - low);
}
