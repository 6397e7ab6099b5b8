// The sampling rate of a trace, and durations as numbers of windows.

import { refuse } from "../errors.ts";
import { type InPieces, inPieces } from "../pieces.ts";
import { medianOfMany } from "../statistics/select.ts";
import type { TimedVelocity } from "./velocity-event.ts";

/** @throws {FlowError} `invalid_argument` if there are other than as many times as velocities */
export function requireSameLength({ timeS, velocityMmPerS }: TimedVelocity): void {
  if (timeS.length !== velocityMmPerS.length) {
    throw refuse("timeS", `${velocityMmPerS.length} times`, timeS.length);
  }
}

/** 1 ÷ the median of the positive finite differences of times; NaN if no time follows another. */
export function* samplingRateHz(timeS: Float64Array): InPieces<number> {
  const steps = new Float64Array(timeS.length);
  let count = 0;
  yield* inPieces(timeS.length, (start, stop) => {
    let next = count;
    for (let place = Math.max(1, start); place < stop; place += 1) {
      const step = (timeS[place] ?? Number.NaN) - (timeS[place - 1] ?? Number.NaN);
      if (step > 0 && Number.isFinite(step)) {
        steps[next] = step;
        next += 1;
      }
    }
    count = next;
  });
  return 1 / (yield* medianOfMany(steps.subarray(0, count)));
}

/** To the nearest whole number, halves to the even one. */
export function roundHalfEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  return rest > 0.5 || (rest === 0.5 && floor % 2 !== 0) ? floor + 1 : floor;
}

/** An odd number of windows, at least 3. */
export function oddWindow(seconds: number, rateHz: number): number {
  const windows = Math.max(3, roundHalfEven(seconds * rateHz));
  return windows % 2 === 0 ? windows + 1 : windows;
}
