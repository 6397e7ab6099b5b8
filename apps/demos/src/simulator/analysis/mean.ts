// The mean, for the simulated analysis.

/** Returns the arithmetic mean; NaN without values. */
export function mean(values: ArrayLike<number>): number {
  let sum = 0;
  for (let index = 0; index < values.length; index += 1) {
    sum += values[index] ?? Number.NaN;
  }
  return sum / values.length;
}
