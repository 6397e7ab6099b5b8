// Finds order statistics without sorting everything.

/**
 * Moves the values about, so that the one at `place` is the one that stands there when all are sorted, none before it is
 * greater and none after it is less. There is no NaN among them.
 */
export function select(values: Float64Array, place: number, stop: number = values.length): number {
  let low = 0;
  let high = stop - 1;
  while (low < high) {
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
    if (place <= right) {
      high = right;
    } else if (place >= left) {
      low = left;
    } else {
      break;
    }
  }
  return values[place] ?? Number.NaN;
}

/**
 * The median of the first `count` values, the mean of the middle two of an even number; NaN of none. Moves the values about.
 * There is no NaN among them.
 */
export function medianInPlace(values: Float64Array, count: number = values.length): number {
  const middle = Math.floor(count / 2);
  const upper = select(values, middle, count);
  if (count % 2 === 1 || count === 0) {
    return count === 0 ? Number.NaN : upper;
  }
  let lower = Number.NEGATIVE_INFINITY;
  for (let index = 0; index < middle; index += 1) {
    lower = Math.max(lower, values[index] ?? 0);
  }
  return (lower + upper) / 2;
}
