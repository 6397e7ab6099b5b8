// The angles of the windowed Radon transform, by number, and their sines, cosines and tangents from a table.

import { SINE_OF_QUARTERS, TANGENT_OF_QUARTERS } from "./angle-tables.ts";

const QUARTERS_PER_DEGREE = 4;
const RIGHT_ANGLE = 90 * QUARTERS_PER_DEGREE;

/** 0, 1 … 179°, in quarters of a degree. */
export const COARSE_QUARTERS: readonly number[] = Array.from(
  { length: 180 },
  (_, degree) => degree * QUARTERS_PER_DEGREE,
);
/** −2, −1.75 … 2° about the best coarse angle, in quarters of a degree. */
export const FINE_OFFSETS: readonly number[] = Array.from({ length: 17 }, (_, index) => index - 8);

/** An angle of so many quarters of a degree, in degrees: exact. */
export function degreesOf(quarters: number): number {
  return quarters / QUARTERS_PER_DEGREE;
}

/** sin of an angle from −90 to 270°. */
export function sineOf(quarters: number): number {
  if (quarters < 0) {
    return -sineOf(-quarters);
  }
  return quarters <= RIGHT_ANGLE ? at(SINE_OF_QUARTERS, quarters) : sineOf(2 * RIGHT_ANGLE - quarters);
}

/** cos of an angle from −180 to 180°, and beyond by a degree or two. */
export function cosineOf(quarters: number): number {
  return sineOf(RIGHT_ANGLE - quarters);
}

/** tan of an angle, NaN at 90°. */
export function tangentOf(quarters: number): number {
  const turn = 2 * RIGHT_ANGLE;
  const angle = ((quarters % turn) + turn) % turn;
  if (angle === RIGHT_ANGLE) {
    return Number.NaN;
  }
  return angle < RIGHT_ANGLE ? at(TANGENT_OF_QUARTERS, angle) : -at(TANGENT_OF_QUARTERS, turn - angle);
}

function at(table: Float64Array, index: number): number {
  return table[index] ?? Number.NaN;
}
