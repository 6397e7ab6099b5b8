// How long and how often a vessel stood still.

import { refuse } from "../errors.ts";
import { atOnce } from "../pieces.ts";
import { joinRuns, runsWhere } from "./runs.ts";
import { requireSameLength, roundHalfEven, samplingRateHz } from "./sampling.ts";
import type { TimedVelocity } from "./velocity-event.ts";

export interface StallParams {
  /** The greatest speed that stands still, mm/s. */
  readonly stallMmPerS: number;
  /** A shorter standstill is not counted, seconds. */
  readonly minDurationSec: number;
  /** Seconds between two stalls that are one. */
  readonly mergeGapSec: number;
}

/** What a stall is where nobody chose otherwise: as long as the gaps of the lab's program. */
export const DEFAULT_STALL_PARAMS: StallParams = Object.freeze({
  stallMmPerS: 0,
  minDurationSec: 0.2,
  mergeGapSec: 0.05,
});

export interface StallOptions extends Partial<StallParams> {
  /** The quality of each window, such as `peakRatio`; with `minQuality`. */
  readonly quality?: Float64Array | undefined;
  readonly minQuality?: number | undefined;
}

/** What labs publish of stalls. NaN for a trace without a time. */
export interface StallSummary {
  readonly algorithm: string;
  readonly stallCount: number;
  readonly timeStalledS: number;
  readonly stallsPerMinute: number;
  /** 0 without a stall. */
  readonly longestStallS: number;
  /** The share of windows whose quality is below `minQuality`, or that have none; NaN if no quality was asked for. */
  readonly lowQualityShare: number;
}

export const STALL_ALGORITHM = "kym.stalls@1";
const SECONDS_PER_MINUTE = 60;

/**
 * Stalls: runs of windows whose speed is at most `stallMmPerS`, as Cruz Hernández et al., Nat Neurosci 22:413 (2019), and
 * Erdener et al., J Cereb Blood Flow Metab 39:886 (2019), count them in time. Windows without a velocity do not stand still,
 * and neither do those below `minQuality`. A window counts for the time from one window to the next.
 *
 * A window of 16 lines reads 0 below a speed that docs/accuracy.md gives: a stall may be a slow flow.
 *
 * @throws {FlowError} `invalid_argument` if times, velocities and qualities are not as many
 */
export function stallSummary(trace: TimedVelocity, options: StallOptions = {}): StallSummary {
  const { quality, minQuality, ...given } = options;
  const params = { ...DEFAULT_STALL_PARAMS, ...given };
  const { timeS, velocityMmPerS } = trace;
  requireSameLength(trace);
  if (quality !== undefined && quality.length !== timeS.length) {
    throw refuse("quality", `${timeS.length} qualities`, quality.length);
  }
  const isGood = (window: number): boolean =>
    quality === undefined || minQuality === undefined || (quality[window] ?? Number.NaN) >= minQuality;
  const rateHz = atOnce(samplingRateHz(timeS));
  const stands = (window: number): boolean =>
    isGood(window) && Math.abs(velocityMmPerS[window] ?? Number.NaN) <= params.stallMmPerS;
  const still = atOnce(runsWhere(velocityMmPerS.length, stands));
  const seconds = joinRuns(still, roundHalfEven(params.mergeGapSec * rateHz))
    .map(({ start, stop }) => (stop - start) / rateHz)
    .filter((duration) => duration >= params.minDurationSec);
  const minutes = timeS.length / rateHz / SECONDS_PER_MINUTE;
  const isTimed = Number.isFinite(rateHz);
  const isJudged = quality !== undefined && minQuality !== undefined && quality.length > 0;
  return {
    algorithm: STALL_ALGORITHM,
    stallCount: seconds.length,
    timeStalledS: isTimed ? seconds.reduce((sum, duration) => sum + duration, 0) : Number.NaN,
    stallsPerMinute: isTimed ? seconds.length / minutes : Number.NaN,
    longestStallS: isTimed
      ? seconds.reduce((longest, duration) => Math.max(longest, duration), 0)
      : Number.NaN,
    lowQualityShare: isJudged
      ? quality.reduce((count, _, window) => count + (isGood(window) ? 0 : 1), 0) / quality.length
      : Number.NaN,
  };
}
