// The spectrum of samples that are not evenly spaced.

import type { Breathe } from "../breathe.ts";
import { breathing, type InPieces, inPieces } from "../pieces.ts";
import type { Band, Spectrum } from "./spectrum.ts";

/**
 * The standard normalised periodogram of Lomb (Astrophys Space Sci 39:447, 1976) and Scargle (Astrophys J 263:835, 1982),
 * on evenly spaced frequencies from one edge of the band to the other: the share of the sum of squares that a sine of each
 * frequency explains. `values` have a mean of 0.
 */
export async function lombSpectrum(
  timeS: Float64Array,
  values: Float64Array,
  { lowHz, highHz }: Band,
  count: number,
  breathe: Breathe,
): Promise<Spectrum> {
  const hz = Float64Array.from(
    { length: count },
    (_, index) => lowHz + ((highHz - lowHz) * index) / Math.max(1, count - 1),
  );
  const power = new Float64Array(count);
  const squares = await breathing(sumOfSquares(values), breathe);
  for (const [index, frequency] of hz.entries()) {
    const omega = 2 * Math.PI * frequency;
    power[index] = (await breathing(explained(timeS, values, omega), breathe)) / squares;
  }
  return { hz, power };
}

function* sumOfSquares(values: Float64Array): InPieces<number> {
  let squares = 0;
  yield* inPieces(values.length, (start, stop) => {
    let sum = squares;
    for (let index = start; index < stop; index += 1) {
      const value = values[index] ?? 0;
      sum += value * value;
    }
    squares = sum;
  });
  return squares;
}

/** The sum of squares that a sine explains. */
function* explained(timeS: Float64Array, values: Float64Array, omega: number): InPieces<number> {
  const sums = new Float64Array(5);
  yield* inPieces(values.length, (start, stop) => addTo(sums, timeS, values, omega, start, stop));
  const [yc = 0, ys = 0, cc = 0, ss = 0, cs = 0] = sums;
  const shift = Math.atan2(2 * cs, cc - ss) / 2;
  const cosine = Math.cos(shift);
  const sine = Math.sin(shift);
  const shiftedCosine = cosine * yc + sine * ys;
  const shiftedSine = cosine * ys - sine * yc;
  const cosines = cosine * cosine * cc + 2 * cosine * sine * cs + sine * sine * ss;
  const sines = cosine * cosine * ss - 2 * cosine * sine * cs + sine * sine * cc;
  return share(shiftedCosine, cosines) + share(shiftedSine, sines);
}

/** Adds the products of values, sines and cosines: value · cos, value · sin, cos², sin², cos · sin. */
function addTo(
  sums: Float64Array,
  timeS: Float64Array,
  values: Float64Array,
  omega: number,
  start: number,
  stop: number,
): void {
  let [yc = 0, ys = 0, cc = 0, ss = 0, cs = 0] = sums;
  for (let index = start; index < stop; index += 1) {
    const phase = omega * (timeS[index] ?? 0);
    const cosine = Math.cos(phase);
    const sine = Math.sin(phase);
    const value = values[index] ?? 0;
    yc += value * cosine;
    ys += value * sine;
    cc += cosine * cosine;
    ss += sine * sine;
    cs += cosine * sine;
  }
  sums.set([yc, ys, cc, ss, cs]);
}

function share(sum: number, squares: number): number {
  return squares > 0 ? (sum * sum) / squares : 0;
}
