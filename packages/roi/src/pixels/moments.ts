// Mean and standard deviation: exact for integers, compensated for floats.

import type { CoveredPixels } from "./covered-pixels.ts";

/** Mean and population standard deviation (ddof 0). */
export interface Moments {
  readonly mean: number;
  readonly sd: number;
}

/** The number of values, at least 1, and their range. */
export interface ValueRange<Value> {
  readonly n: number;
  readonly min: Value;
  readonly max: Value;
}

const LARGEST_EXACT = 2 ** 53;

/**
 * Computes the moments of safe integers, each rounded once from the exact sums.
 *
 * Squares of deviations from `min` are summed as doubles while that is exact, then added to a bigint.
 */
export function integerMoments(pixels: CoveredPixels, range: ValueRange<number>): Moments {
  const spread = range.max - range.min;
  if (spread * spread > LARGEST_EXACT) {
    return bigintMoments(pixels, { n: range.n, min: BigInt(range.min), max: BigInt(range.max) });
  }
  const carryAfter = Math.floor(LARGEST_EXACT / Math.max(1, spread * spread));
  let sum = 0n;
  let squares = 0n;
  pixels.forEachBlock((block) => {
    for (let start = 0; start < block.length; start += carryAfter) {
      let partSum = 0;
      let partSquares = 0;
      const stop = Math.min(start + carryAfter, block.length);
      for (let index = start; index < stop; index += 1) {
        const deviation = (block[index] ?? 0) - range.min;
        partSum += deviation;
        partSquares += deviation * deviation;
      }
      sum += BigInt(partSum);
      squares += BigInt(partSquares);
    }
  });
  return momentsOfSums(range.n, BigInt(range.min), sum, squares);
}

/** Computes the moments of integers of any size, each rounded once from the exact sums. */
export function bigintMoments(pixels: CoveredPixels, range: ValueRange<bigint>): Moments {
  let sum = 0n;
  let squares = 0n;
  pixels.forEachValue((value) => {
    const deviation = BigInt(value) - range.min;
    sum += deviation;
    squares += deviation * deviation;
  });
  return momentsOfSums(range.n, range.min, sum, squares);
}

/**
 * Computes the moments of doubles in two passes with compensated sums.
 *
 * Values are scaled by a power of two if their squares would overflow or vanish. If there is an infinity, the
 * mean is that infinity (NaN if there are both) and `sd` is NaN.
 */
export function floatMoments(pixels: CoveredPixels, range: ValueRange<number>): Moments {
  if (!Number.isFinite(range.min) || !Number.isFinite(range.max)) {
    return { mean: range.min + range.max, sd: Number.NaN };
  }
  const scale = scaleFor(Math.max(Math.abs(range.min), Math.abs(range.max)));
  const mean = sumOfPowers(pixels, scale, 0).sum / range.n;
  const { sum: residual, squares } = sumOfPowers(pixels, scale, mean);
  const variance = (squares - (residual * residual) / range.n) / range.n;
  return {
    mean: Math.min(Math.max(mean / scale, range.min), range.max),
    sd: Math.sqrt(Math.max(0, variance)) / scale,
  };
}

/** Computes the moments from the sums of the deviations from `base` and of their squares. */
function momentsOfSums(count: number, base: bigint, sum: bigint, squares: bigint): Moments {
  const n = BigInt(count);
  return { mean: divide(base * n + sum, n), sd: Math.sqrt(divide(n * squares - sum * sum, n * n)) };
}

/** Returns the quotient, rounded once to the nearest double. */
function divide(numerator: bigint, denominator: bigint): number {
  const size = numerator < 0n ? -numerator : numerator;
  if (size <= LARGEST_EXACT && denominator <= LARGEST_EXACT) {
    return Number(numerator) / Number(denominator);
  }
  // Take more than 64 bits of the quotient, and one bit that says whether there is a remainder: they round as
  // the exact quotient does.
  const shift = Math.max(0, 70 + bitLength(denominator) - bitLength(size));
  const shifted = size << BigInt(shift);
  const rest = shifted % denominator === 0n ? 0n : 1n;
  const quotient = Number(((shifted / denominator) << 1n) | rest) / 2 ** (shift + 1);
  return numerator < 0n ? -quotient : quotient;
}

/** The number of bits of a positive integer, at most 3 too many. */
function bitLength(value: bigint): number {
  return value.toString(16).length * 4;
}

/** Sums the deviations of the scaled values from `mean`, and their squares, with Neumaier's compensation. */
function sumOfPowers(pixels: CoveredPixels, scale: number, mean: number): { sum: number; squares: number } {
  const total = { sum: 0, sumLost: 0, squares: 0, squaresLost: 0 };
  pixels.forEachBlock((block) => {
    let { sum, sumLost, squares, squaresLost } = total;
    for (let index = 0; index < block.length; index += 1) {
      const deviation = (block[index] ?? 0) * scale - mean;
      const nextSum = sum + deviation;
      sumLost += Math.abs(sum) >= Math.abs(deviation) ? sum - nextSum + deviation : deviation - nextSum + sum;
      sum = nextSum;
      const square = deviation * deviation;
      const nextSquares = squares + square;
      squaresLost += squares >= square ? squares - nextSquares + square : square - nextSquares + squares;
      squares = nextSquares;
    }
    Object.assign(total, { sum, sumLost, squares, squaresLost });
  });
  return { sum: total.sum + total.sumLost, squares: total.squares + total.squaresLost };
}

function scaleFor(largest: number): number {
  if (largest > 2 ** 400) {
    return 2 ** -600;
  }
  return largest < 2 ** -400 ? 2 ** 600 : 1;
}
