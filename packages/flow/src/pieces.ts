// Cuts passes over long arrays into pieces, between which other work can run.

import type { Breathe } from "./breathe.ts";

/** A computation that pauses after each piece of a millisecond or less. */
export type InPieces<T> = Generator<undefined, T, undefined>;

/** So many places take a millisecond at most. */
export const PLACES_AT_ONCE = 16_384;

/**
 * Goes over the places from 0 on, piece by piece, in order.
 *
 * @param places how many are a piece
 */
export function* inPieces(
  length: number,
  pass: (start: number, stop: number) => void,
  places: number = PLACES_AT_ONCE,
): InPieces<void> {
  for (let start = 0; start < length; start += places) {
    pass(start, Math.min(length, start + places));
    yield;
  }
}

/** A new array, each value from one of the old array. */
export function* mapInPieces(
  values: Float64Array,
  map: (value: number, place: number) => number,
): InPieces<Float64Array> {
  const mapped = new Float64Array(values.length);
  yield* inPieces(values.length, (start, stop) => {
    for (let place = start; place < stop; place += 1) {
      mapped[place] = map(values[place] ?? Number.NaN, place);
    }
  });
  return mapped;
}

/** The values of the places that are kept. */
export function* filterInPieces(
  values: Float64Array,
  isKept: (value: number, place: number) => boolean,
): InPieces<Float64Array> {
  const kept = new Float64Array(values.length);
  let count = 0;
  yield* inPieces(values.length, (start, stop) => {
    let next = count;
    for (let place = start; place < stop; place += 1) {
      const value = values[place] ?? Number.NaN;
      if (isKept(value, place)) {
        kept[next] = value;
        next += 1;
      }
    }
    count = next;
  });
  return kept.subarray(0, count);
}

/** Runs a computation to its end without a pause. */
export function atOnce<T>(pieces: InPieces<T>): T {
  let step = pieces.next();
  while (step.done !== true) {
    step = pieces.next();
  }
  return step.value;
}

/** Runs a computation, and breathes between its pieces. */
export async function breathing<T>(pieces: InPieces<T>, breathe: Breathe): Promise<T> {
  let step = pieces.next();
  while (step.done !== true) {
    const pause = breathe();
    if (pause !== undefined) {
      await pause;
    }
    step = pieces.next();
  }
  return step.value;
}
