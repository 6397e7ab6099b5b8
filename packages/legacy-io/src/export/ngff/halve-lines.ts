// Makes the smaller levels of an image: the mean of 2, 4, 8 … lines, column by column.

import type { NdArray } from "@kym/zarr-store";
import { createNdArray } from "@kym/zarr-store/array";

/** An image of at most so many lines needs no smaller level. */
const FEW_LINES = 1024;

/** How many lines each level joins: 1 for the image itself, then 2, 4, …, until few lines are left. */
export function levelFactors(lines: number): readonly number[] {
  const factors = [1];
  for (let factor = 2; Math.ceil(lines / (factor / 2)) > FEW_LINES; factor *= 2) {
    factors.push(factor);
  }
  return factors;
}

/**
 * The mean of each block of `factor` lines, made of the image itself; the last block may have fewer. Whole numbers are rounded, half
 * up. The type stays.
 *
 * @param image shape `[…, lines, columns]`
 */
export function joinLines(image: NdArray, factor: number): NdArray {
  const [lines = 0, columns = 0] = image.shape.slice(-2);
  const joined = Math.ceil(lines / factor);
  const planes = image.shape.slice(0, -2).reduce((product, length) => product * length, 1);
  const result = createNdArray(image.dtype, [...image.shape.slice(0, -2), joined, columns]);
  const { data: from } = image;
  const { data: to } = result;
  for (let plane = 0; plane < planes; plane++) {
    for (let line = 0; line < joined; line++) {
      const [first, last] = [line * factor, Math.min(lines, (line + 1) * factor)];
      const place = { start: (plane * lines + first) * columns, count: last - first, columns };
      const target = (plane * joined + line) * columns;
      if (from instanceof BigInt64Array || from instanceof BigUint64Array) {
        if (to instanceof BigInt64Array || to instanceof BigUint64Array) {
          joinIntegers(from, place, to, target);
        }
      } else if (!(to instanceof BigInt64Array || to instanceof BigUint64Array)) {
        joinNumbers(from, place, to, target);
      }
    }
  }
  return result;
}

type BigIntegers = BigInt64Array | BigUint64Array;
type Numbers = Exclude<NdArray["data"], BigIntegers>;

/** A block of lines of the source. */
interface Block {
  readonly start: number;
  readonly count: number;
  readonly columns: number;
}

function joinNumbers(from: Numbers, { start, count, columns }: Block, to: Numbers, target: number): void {
  const isWhole = !(to instanceof Float32Array || to instanceof Float64Array);
  for (let column = 0; column < columns; column++) {
    let sum = 0;
    for (let line = 0; line < count; line++) {
      sum += from[start + line * columns + column] ?? 0;
    }
    to[target + column] = isWhole ? Math.round(sum / count) : sum / count;
  }
}

function joinIntegers(
  from: BigIntegers,
  { start, count, columns }: Block,
  to: BigIntegers,
  target: number,
): void {
  const divisor = BigInt(count);
  for (let column = 0; column < columns; column++) {
    let sum = 0n;
    for (let line = 0; line < count; line++) {
      sum += from[start + line * columns + column] ?? 0n;
    }
    // Half up, as Math.round does it: the remainder of a negative sum is negative.
    const twice = 2n * sum + divisor;
    const quotient = twice / (2n * divisor);
    to[target + column] = twice < 0n && twice % (2n * divisor) !== 0n ? quotient - 1n : quotient;
  }
}
