// Finds order statistics without sorting everything.

import { type InPieces, PLACES_AT_ONCE } from "../pieces.ts";

/**
 * Moves the values about, so that the one at `place` is the one that stands there when all are sorted, none before it is
 * greater and none after it is less. There is no NaN among them.
 */
export function select(values: Float64Array, place: number, stop: number = values.length): number {
  let low = 0;
  let high = stop - 1;
  while (low < high) {
    const upper = partition(values, low, high);
    if (place < upper) {
      high = upper - 1;
    } else {
      low = upper;
    }
  }
  return values[place] ?? Number.NaN;
}

/**
 * Moves the values from `low` to `high` about, so that none before the place that is returned is greater than any from it
 * on. Both sides have a value.
 */
function partition(values: Float64Array, low: number, high: number): number {
  const pivot = values[(low + high) >> 1] ?? 0;
  let left = low;
  let right = high;
  while (left <= right) {
    while ((values[left] ?? 0) < pivot) {
      left += 1;
    }
    while ((values[right] ?? 0) > pivot) {
      right -= 1;
    }
    if (left <= right) {
      const value = values[left] ?? 0;
      values[left] = values[right] ?? 0;
      values[right] = value;
      left += 1;
      right -= 1;
    }
  }
  return left;
}

/**
 * The median of the first `count` values, the mean of the middle two of an even number; NaN of none. Moves the values about.
 * There is no NaN among them.
 */
export function medianInPlace(values: Float64Array, count: number = values.length): number {
  const middle = Math.floor(count / 2);
  return medianFrom(values, count, select(values, middle, count));
}

/** As {@link medianInPlace} of all values, with a pause after each pass over many of them. */
export function* medianOfMany(values: Float64Array): InPieces<number> {
  const middle = Math.floor(values.length / 2);
  let low = 0;
  let high = values.length - 1;
  while (high - low > PLACES_AT_ONCE) {
    const upper = partition(values, low, high);
    if (middle < upper) {
      high = upper - 1;
    } else {
      low = upper;
    }
    yield;
  }
  return medianFrom(values, values.length, select(values.subarray(low, high + 1), middle - low));
}

/** @param upper what stands in the middle, or behind it, when none before it is greater */
function medianFrom(values: Float64Array, count: number, upper: number): number {
  if (count % 2 === 1 || count === 0) {
    return count === 0 ? Number.NaN : upper;
  }
  let lower = Number.NEGATIVE_INFINITY;
  for (let index = 0; index < count / 2; index += 1) {
    lower = Math.max(lower, values[index] ?? 0);
  }
  return (lower + upper) / 2;
}
