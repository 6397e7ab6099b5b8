// Medians of the finite values of runs.

import { filterInPieces, type InPieces } from "../pieces.ts";
import { medianInPlace, medianOfMany } from "./select.ts";

/** The finite values of a run; how many they are. Room for them is given, so that none is made for each run. */
export function finiteMedian(
  values: Float64Array,
  start: number,
  stop: number,
  room: Float64Array,
  least = 1,
): number {
  const last = Math.min(stop, values.length);
  let count = 0;
  for (let index = Math.max(0, start); index < last; index += 1) {
    const value = values[index] ?? Number.NaN;
    if (Number.isFinite(value)) {
      room[count] = value;
      count += 1;
    }
  }
  return count < least ? Number.NaN : medianInPlace(room, count);
}

/** The median of all finite values; NaN of none. */
export function medianOf(values: Float64Array): number {
  return finiteMedian(values, 0, values.length, new Float64Array(values.length));
}

/** As {@link medianOf}, for a long array. */
export function* medianInPieces(values: Float64Array): InPieces<number> {
  return yield* medianOfMany(yield* filterInPieces(values, Number.isFinite));
}
