// How far the median speed after a window differs from the one before it.

import type { Breathe } from "../breathe.ts";
import { breathing, mapInPieces } from "../pieces.ts";
import { finiteMedian } from "../statistics/rolling-median.ts";

/** Scores of windows, NaN where a side has too few velocities. */
export interface ShiftScores {
  readonly before: Float64Array;
  readonly after: Float64Array;
  readonly score: Float64Array;
}

/**
 * Medians of the `side` windows before and after each window, or as many as there are at both ends, if `least` of them
 * have a number, and their difference.
 */
export async function shiftScores(
  speed: Float64Array,
  side: number,
  least: number,
  breathe: Breathe,
): Promise<ShiftScores> {
  const room = new Float64Array(side);
  const [before, after] = [new Float64Array(speed.length), new Float64Array(speed.length)];
  for (let window = 0; window < speed.length; window += 1) {
    before[window] = finiteMedian(speed, window - side, window, room, least);
    after[window] = finiteMedian(speed, window, window + side, room, least);
    const pause = breathe();
    if (pause !== undefined) {
      await pause;
    }
  }
  const score = await breathing(
    mapInPieces(after, (value, window) => value - (before[window] ?? 0)),
    breathe,
  );
  return { before, after, score };
}

/** The median of the finite ones of the `width` values about each, clipped at both ends. */
export async function smoothed(values: Float64Array, width: number, breathe: Breathe): Promise<Float64Array> {
  const half = (width - 1) / 2;
  const room = new Float64Array(width);
  const result = new Float64Array(values.length);
  for (let index = 0; index < values.length; index += 1) {
    result[index] = finiteMedian(values, index - half, index + half + 1, room);
    const pause = breathe();
    if (pause !== undefined) {
      await pause;
    }
  }
  return result;
}
