// Finds where windows have no number, or stand still.

import type { Breathe } from "../breathe.ts";
import { joinRuns, type Run, runsWhere } from "./runs.ts";
import { oddWindow, roundHalfEven } from "./sampling.ts";
import type { TimedVelocity, VelocityEvent } from "./velocity-event.ts";

export interface GapParams {
  /** Seconds over which the share of such windows is taken. */
  readonly windowSec: number;
  /** The share at which a gap begins. */
  readonly enterFraction: number;
  /** The share at which it ends. */
  readonly exitFraction: number;
  readonly minDurationSec: number;
  /** Seconds between two gaps that are one. */
  readonly mergeGapSec: number;
}

/** Gaps of windows without a velocity. */
export async function nanGaps(
  trace: TimedVelocity,
  rateHz: number,
  params: GapParams,
  breathe: Breathe,
): Promise<readonly VelocityEvent[]> {
  const gaps = await gapsWhere(trace, rateHz, params, (value) => !Number.isFinite(value), breathe);
  return gaps.map(({ share: _, ...gap }) => ({
    ...gap,
    eventType: "nan_gap",
    machineType: "nan_gap",
    note: "",
  }));
}

/** Gaps of windows with a velocity of at most `eps0` mm/s. */
export async function zeroGaps(
  trace: TimedVelocity,
  rateHz: number,
  params: GapParams,
  eps0: number,
  breathe: Breathe,
): Promise<readonly VelocityEvent[]> {
  const gaps = await gapsWhere(trace, rateHz, params, (value) => Math.abs(value) <= eps0, breathe);
  return gaps.map(({ share, ...gap }) => ({
    ...gap,
    eventType: "zero_gap",
    machineType: "other",
    note: `eps0=${Number.isInteger(eps0) ? eps0.toFixed(1) : eps0}, zero_frac=${share.toFixed(3)}`,
  }));
}

type Gap = Omit<VelocityEvent, "eventType" | "machineType" | "note"> & { readonly share: number };

async function gapsWhere(
  { timeS, velocityMmPerS }: TimedVelocity,
  rateHz: number,
  params: GapParams,
  isMissing: (value: number) => boolean,
  breathe: Breathe,
): Promise<readonly Gap[]> {
  const missing = new Uint8Array(velocityMmPerS.length);
  for (let window = 0; window < missing.length; window += 1) {
    missing[window] = isMissing(velocityMmPerS[window] ?? Number.NaN) ? 1 : 0;
  }
  await breathe();
  const shares = localShares(missing, oddWindow(params.windowSec, rateHz));
  await breathe();
  let isIn = false;
  const inside = new Uint8Array(missing.length);
  for (let window = 0; window < inside.length; window += 1) {
    const share = shares[window] ?? 0;
    isIn = isIn ? share > params.exitFraction : share >= params.enterFraction;
    inside[window] = isIn ? 1 : 0;
  }
  await breathe();
  const runs = runsWhere(inside.length, (place) => inside[place] === 1);
  return joinRuns(runs, roundHalfEven(params.mergeGapSec * rateHz))
    .map((run) => gapOf(run, timeS, velocityMmPerS, missing))
    .filter(({ durationS }) => (durationS ?? 0) >= params.minDurationSec);
}

function gapOf({ start, stop }: Run, timeS: Float64Array, velocity: Float64Array, missing: Uint8Array): Gap {
  const last = stop - 1;
  const valid = velocity.subarray(start, stop).filter((value) => Number.isFinite(value)).length;
  const share = missing.subarray(start, stop).reduce((sum, one) => sum + one, 0) / (stop - start);
  const durationS = (timeS[last] ?? Number.NaN) - (timeS[start] ?? Number.NaN);
  return {
    share,
    iStart: start,
    iPeak: null,
    iEnd: last,
    tStartS: timeS[start] ?? Number.NaN,
    tPeakS: null,
    tEndS: timeS[last] ?? Number.NaN,
    scorePeak: null,
    baselineBefore: null,
    baselineAfter: null,
    strength: share * durationS,
    nanFractionInEvent: (stop - start - valid) / (stop - start),
    nValidInEvent: valid,
    durationS,
  };
}

/** The share of ones among the `width` about each place, clipped at both ends. */
function localShares(ones: Uint8Array, width: number): Float64Array {
  const half = (width - 1) / 2;
  const sums = new Float64Array(ones.length + 1);
  const shares = new Float64Array(ones.length);
  for (let place = 0; place < ones.length; place += 1) {
    sums[place + 1] = (sums[place] ?? 0) + (ones[place] ?? 0);
  }
  for (let place = 0; place < ones.length; place += 1) {
    const start = Math.max(0, place - half);
    const stop = Math.min(ones.length, place + half + 1);
    shares[place] = ((sums[stop] ?? 0) - (sums[start] ?? 0)) / (stop - start);
  }
  return shares;
}
