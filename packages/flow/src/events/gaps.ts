// Finds where windows have no number, or stand still.

import type { Breathe } from "../breathe.ts";
import { breathing, type InPieces, inPieces } from "../pieces.ts";
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
  const windows = velocityMmPerS.length;
  const missing = new Uint8Array(windows);
  const mark = (start: number, stop: number): void => {
    for (let window = start; window < stop; window += 1) {
      missing[window] = isMissing(velocityMmPerS[window] ?? Number.NaN) ? 1 : 0;
    }
  };
  await breathing(inPieces(windows, mark), breathe);
  const shares = await breathing(localShares(missing, oddWindow(params.windowSec, rateHz)), breathe);
  const inside = new Uint8Array(windows);
  let isInBefore = false;
  const enter = (start: number, stop: number): void => {
    let isIn = isInBefore;
    for (let window = start; window < stop; window += 1) {
      const share = shares[window] ?? 0;
      isIn = isIn ? share > params.exitFraction : share >= params.enterFraction;
      inside[window] = isIn ? 1 : 0;
    }
    isInBefore = isIn;
  };
  await breathing(inPieces(windows, enter), breathe);
  const runs = await breathing(
    runsWhere(windows, (place) => inside[place] === 1),
    breathe,
  );
  const gaps: Gap[] = [];
  for (const run of joinRuns(runs, roundHalfEven(params.mergeGapSec * rateHz))) {
    const gap = await breathing(gapOf(run, timeS, velocityMmPerS, missing), breathe);
    if ((gap.durationS ?? 0) >= params.minDurationSec) {
      gaps.push(gap);
    }
  }
  return gaps;
}

function* gapOf(
  { start, stop }: Run,
  timeS: Float64Array,
  velocity: Float64Array,
  missing: Uint8Array,
): InPieces<Gap> {
  const last = stop - 1;
  let [valid, ones] = [0, 0];
  yield* inPieces(stop - start, (from, to) => {
    let [finite, sum] = [0, 0];
    for (let window = start + from; window < start + to; window += 1) {
      finite += Number.isFinite(velocity[window]) ? 1 : 0;
      sum += missing[window] ?? 0;
    }
    valid += finite;
    ones += sum;
  });
  const share = ones / (stop - start);
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
function* localShares(ones: Uint8Array, width: number): InPieces<Float64Array> {
  const half = (width - 1) / 2;
  const sums = new Uint32Array(ones.length + 1);
  const shares = new Float64Array(ones.length);
  yield* inPieces(ones.length, (from, to) => {
    for (let place = from; place < to; place += 1) {
      sums[place + 1] = (sums[place] ?? 0) + (ones[place] ?? 0);
    }
  });
  yield* inPieces(ones.length, (from, to) => {
    for (let place = from; place < to; place += 1) {
      const start = Math.max(0, place - half);
      const stop = Math.min(ones.length, place + half + 1);
      shares[place] = ((sums[stop] ?? 0) - (sums[start] ?? 0)) / (stop - start);
    }
  });
  return shares;
}
