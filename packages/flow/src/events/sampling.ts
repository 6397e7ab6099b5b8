// The sampling rate of a trace, and durations as numbers of windows.

import { refuse } from "../errors.ts";
import { medianOf } from "../statistics/rolling-median.ts";
import type { TimedVelocity } from "./velocity-event.ts";

/** @throws {FlowError} `invalid_argument` if there are other than as many times as velocities */
export function requireSameLength({ timeS, velocityMmPerS }: TimedVelocity): void {
  if (timeS.length !== velocityMmPerS.length) {
    throw refuse("timeS", `${velocityMmPerS.length} times`, timeS.length);
  }
}

/** 1 ÷ the median of the positive finite differences of times; NaN if no time follows another. */
export function samplingRateHz(timeS: Float64Array): number {
  const steps = timeS.subarray(1).map((time, index) => time - (timeS[index] ?? 0));
  return 1 / medianOf(steps.filter((step) => step > 0 && Number.isFinite(step)));
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
