// Mean and standard deviation of the finite values.

export interface FiniteMoments {
  readonly count: number;
  /** NaN of none. */
  readonly mean: number;
  /** Of the population; NaN of none. */
  readonly sd: number;
}

export function finiteMoments(values: Float64Array): FiniteMoments {
  let count = 0;
  let sum = 0;
  for (const value of values) {
    if (Number.isFinite(value)) {
      count += 1;
      sum += value;
    }
  }
  const mean = sum / count;
  let squares = 0;
  for (const value of values) {
    if (Number.isFinite(value)) {
      squares += (value - mean) * (value - mean);
    }
  }
  return { count, mean, sd: Math.sqrt(squares / count) };
}
