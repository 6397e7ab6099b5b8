// Finds events in a velocity trace: falls and rises of the speed, gaps and standstills.

import { type Breathe, makeBreathe } from "../breathe.ts";
import { breathing } from "../pieces.ts";
import { type BaselineShiftParams, baselineShifts, type EventsVersion } from "./baseline-shifts.ts";
import { type GapParams, nanGaps, zeroGaps } from "./gaps.ts";
import { withoutOutliers } from "./outliers.ts";
import { requireSameLength, samplingRateHz } from "./sampling.ts";
import type { TimedVelocity, VelocityEvent } from "./velocity-event.ts";

/** Name and version of what computes events by each rule. */
export const EVENTS_ALGORITHMS: Readonly<Record<EventsVersion, string>> = Object.freeze({
  lab: "kymflow.events@1",
  mended: "kym.events@1",
});

/** What the lab's program has where nobody chose otherwise. */
export const DEFAULT_BASELINE_SHIFT_PARAMS: BaselineShiftParams = Object.freeze({
  winCmpSec: 0.25,
  smoothSec: 0.1,
  madK: 3,
  absScoreFloorMmPerS: 0.25,
  mergeGapSec: 0.1,
  topKTotal: 2,
  minSepSec: 0.75,
});

/** What the lab's program has where nobody chose otherwise. */
export const DEFAULT_GAP_PARAMS: GapParams = Object.freeze({
  windowSec: 0.1,
  enterFraction: 0.4,
  exitFraction: 0.2,
  minDurationSec: 0.2,
  mergeGapSec: 0.05,
});

export interface DetectOptions {
  /** Takes velocities beyond ±10⁶ mm/s for none. Default true. */
  readonly removeOutliers?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface DetectGapsOptions extends DetectOptions {
  readonly gaps?: Partial<GapParams> | undefined;
  /** The greatest speed that stands still, mm/s. Default 0. */
  readonly eps0MmPerS?: number | undefined;
}

export interface DetectVelocityEventsOptions extends DetectGapsOptions {
  readonly shifts?: Partial<BaselineShiftParams> | undefined;
  /** Default `mended`. */
  readonly version?: EventsVersion | undefined;
}

export interface VelocityEvents {
  /** Name and version of what computed them. */
  readonly algorithm: string;
  /** In the order in which they begin. */
  readonly events: readonly VelocityEvent[];
  /** The score that a fall or rise must reach, mm/s; NaN if the trace is too short for one. */
  readonly thresholdMmPerS: number;
}

/**
 * Falls, rises, gaps and standstills of a velocity trace. The score of a window is the median speed of the quarter of a
 * second after it minus that before it; runs of scores at the threshold are events, and the threshold is three robust
 * standard deviations of all scores, at least a floor. A robust standard deviation is 1.4826 times the median of absolute
 * deviations (Hampel 1974; Rousseeuw & Croux 1993). Of equal scores the first is the peak.
 *
 * `lab` does as the lab's program did. `mended`: an event begins at most one side of the comparison before its peak, while
 * the lab's may walk back to the first window; and what is added because too few falls reach the threshold keeps its
 * distance from those that do, and stops at the number that was asked for.
 *
 * @throws {FlowError} `invalid_argument` if times and velocities are not as many
 * @throws the reason of `signal`
 */
export async function detectVelocityEvents(
  trace: TimedVelocity,
  options: DetectVelocityEventsOptions = {},
): Promise<VelocityEvents> {
  const { version = "mended" } = options;
  requireSameLength(trace);
  options.signal?.throwIfAborted();
  const breathe = makeBreathe(options.signal);
  const cleaned = await readyTrace(trace, options, breathe);
  const rateHz = await breathing(samplingRateHz(trace.timeS), breathe);
  const params = { ...DEFAULT_BASELINE_SHIFT_PARAMS, ...options.shifts };
  const shifts = Number.isFinite(rateHz)
    ? await baselineShifts(cleaned, rateHz, params, version, breathe)
    : { events: [], thresholdMmPerS: Number.NaN };
  const events = [...shifts.events, ...(await gapsIn(cleaned, rateHz, options, breathe))];
  return {
    algorithm: EVENTS_ALGORITHMS[version],
    events: events.toSorted((one, other) => one.tStartS - other.tStartS),
    thresholdMmPerS: shifts.thresholdMmPerS,
  };
}

/**
 * The gaps and standstills alone: where the share of windows without a velocity, or of windows that stand still, enters
 * above 0.4 of a tenth of a second until it falls to 0.2.
 *
 * @throws {FlowError} `invalid_argument` if times and velocities are not as many
 * @throws the reason of `signal`
 */
export async function detectGaps(
  trace: TimedVelocity,
  options: DetectGapsOptions = {},
): Promise<readonly VelocityEvent[]> {
  requireSameLength(trace);
  options.signal?.throwIfAborted();
  const breathe = makeBreathe(options.signal);
  const cleaned = await readyTrace(trace, options, breathe);
  const rateHz = await breathing(samplingRateHz(trace.timeS), breathe);
  const events = await gapsIn(cleaned, rateHz, options, breathe);
  return events.toSorted((one, other) => one.tStartS - other.tStartS);
}

async function readyTrace(
  trace: TimedVelocity,
  { removeOutliers = true }: DetectOptions,
  breathe: Breathe,
): Promise<TimedVelocity> {
  return removeOutliers
    ? { ...trace, velocityMmPerS: await breathing(withoutOutliers(trace.velocityMmPerS), breathe) }
    : trace;
}

async function gapsIn(
  trace: TimedVelocity,
  rateHz: number,
  options: DetectGapsOptions,
  breathe: Breathe,
): Promise<readonly VelocityEvent[]> {
  if (!Number.isFinite(rateHz)) {
    return [];
  }
  const params = { ...DEFAULT_GAP_PARAMS, ...options.gaps };
  const missing = await nanGaps(trace, rateHz, params, breathe);
  return [...missing, ...(await zeroGaps(trace, rateHz, params, options.eps0MmPerS ?? 0, breathe))];
}
