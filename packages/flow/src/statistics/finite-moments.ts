// Mean and standard deviation of the finite values.

import { type InPieces, inPieces } from "../pieces.ts";

export interface FiniteMoments {
  readonly count: number;
  /** NaN of none. */
  readonly mean: number;
  /** Of the population; NaN of none. */
  readonly sd: number;
}

export function* finiteMoments(values: Float64Array): InPieces<FiniteMoments> {
  let count = 0;
  let total = 0;
  yield* inPieces(values.length, (start, stop) => {
    let [found, sum] = [count, total];
    for (let place = start; place < stop; place += 1) {
      const value = values[place] ?? Number.NaN;
      if (Number.isFinite(value)) {
        found += 1;
        sum += value;
      }
    }
    [count, total] = [found, sum];
  });
  const mean = total / count;
  let squares = 0;
  yield* inPieces(values.length, (start, stop) => {
    let sum = squares;
    for (let place = start; place < stop; place += 1) {
      const value = values[place] ?? Number.NaN;
      if (Number.isFinite(value)) {
        sum += (value - mean) * (value - mean);
      }
    }
    squares = sum;
  });
  return { count, mean, sd: Math.sqrt(squares / count) };
}
