// Finds where the speed falls or rises and stays so.

import type { Breathe } from "../breathe.ts";
import { finiteMedian, medianOf } from "../statistics/rolling-median.ts";
import { joinRuns, type Run, runsWhere } from "./runs.ts";
import { oddWindow, roundHalfEven } from "./sampling.ts";
import { shiftScores, smoothed } from "./shift-score.ts";
import type { TimedVelocity, VelocityEvent } from "./velocity-event.ts";

/** The lab's rule, or the one without its weaknesses. */
export type EventsVersion = "lab" | "mended";

export interface BaselineShiftParams {
  /** Seconds on each side that are compared. */
  readonly winCmpSec: number;
  /** Seconds that the speed is smoothed over, to find where an event begins. */
  readonly smoothSec: number;
  /** The threshold in robust standard deviations of the scores. */
  readonly madK: number;
  /** The least threshold, mm/s. */
  readonly absScoreFloorMmPerS: number;
  /** Seconds between two runs that are one. */
  readonly mergeGapSec: number;
  /** If fewer falls reach the threshold, so many of the greatest are taken anyway. */
  readonly topKTotal: number;
  /** Seconds between those. */
  readonly minSepSec: number;
}

export interface BaselineShifts {
  readonly events: readonly VelocityEvent[];
  /** mm/s; NaN if there are too few scores for one. */
  readonly thresholdMmPerS: number;
}

/** What makes the median of absolute deviations a standard deviation, for a normal distribution. */
const MAD_TO_SD = 1.4826;
const LEAST_SCORES = 50;
const LEAST_SIDE = 5;
const LEAST_VALID = 10;
const VALID_SHARE = 5;
/** An event begins where the smoothed speed is this share of the baseline. */
const ONSET_SHARE = 0.5;

export async function baselineShifts(
  { timeS, velocityMmPerS }: TimedVelocity,
  rateHz: number,
  params: BaselineShiftParams,
  version: EventsVersion,
  breathe: Breathe,
): Promise<BaselineShifts> {
  const speed = velocityMmPerS.map((value) => Math.abs(value));
  const side = Math.max(LEAST_SIDE, roundHalfEven(params.winCmpSec * rateHz));
  const least = Math.max(LEAST_VALID, Math.floor(side / VALID_SHARE));
  const { score } = await shiftScores(speed, side, least, breathe);
  const scores = score.filter((value) => Number.isFinite(value));
  if (scores.length < LEAST_SCORES) {
    return { events: [], thresholdMmPerS: Number.NaN };
  }
  const middle = medianOf(scores);
  const deviation = medianOf(scores.map((value) => Math.abs(value - middle)));
  const thresholdMmPerS = Math.max(params.absScoreFloorMmPerS, params.madK * MAD_TO_SD * deviation);
  const mergeGap = roundHalfEven(params.mergeGapSec * rateHz);
  const peaksOf = (sign: number): readonly number[] =>
    joinRuns(
      runsWhere(score.length, (place) => sign * (score[place] ?? 0) >= thresholdMmPerS),
      mergeGap,
    ).map((run) => firstGreatest(score, sign, run));
  const drops = withGreatest(peaksOf(-1), score, roundHalfEven(params.minSepSec * rateHz), params, version);
  const smooth = await smoothed(speed, oddWindow(params.smoothSec, rateHz), breathe);
  const farthest = version === "lab" ? speed.length : side;
  const room = new Float64Array(speed.length);
  const eventAt = (peak: number, sign: number): VelocityEvent => {
    const orGlobal = (median: number): number => (Number.isNaN(median) ? medianOf(speed) : median);
    const before = orGlobal(finiteMedian(speed, peak - side, peak, room, least));
    const after = orGlobal(finiteMedian(speed, peak, peak + side, room, least));
    const start = onset(smooth, peak, peak - farthest, (value) =>
      sign < 0 ? value <= ONSET_SHARE * before : value >= ONSET_SHARE * after,
    );
    return {
      eventType: sign < 0 ? "baseline_drop" : "baseline_rise",
      iStart: start,
      iPeak: peak,
      iEnd: null,
      tStartS: timeS[start] ?? Number.NaN,
      tPeakS: timeS[peak] ?? Number.NaN,
      tEndS: null,
      scorePeak: score[peak] ?? Number.NaN,
      baselineBefore: before,
      baselineAfter: after,
      strength: Math.abs(score[peak] ?? Number.NaN) / thresholdMmPerS,
      nanFractionInEvent: null,
      nValidInEvent: null,
      durationS: null,
      machineType: sign < 0 ? "stall_candidate" : "other",
      note: "",
    };
  };
  return {
    events: [...drops.map((peak) => eventAt(peak, -1)), ...peaksOf(1).map((peak) => eventAt(peak, 1))],
    thresholdMmPerS,
  };
}

function firstGreatest(score: Float64Array, sign: number, { start, stop }: Run): number {
  let best = start;
  for (let place = start; place < stop; place += 1) {
    if (sign * (score[place] ?? Number.NaN) > sign * (score[best] ?? Number.NaN)) {
      best = place;
    }
  }
  return best;
}

/** Falls at the threshold, and if they are too few, the greatest of all as well: of equal ones, the first. */
function withGreatest(
  peaks: readonly number[],
  score: Float64Array,
  separation: number,
  { topKTotal }: BaselineShiftParams,
  version: EventsVersion,
): readonly number[] {
  if (peaks.length >= topKTotal) {
    return peaks;
  }
  const free = score.slice();
  const added: number[] = [];
  const close = (one: number): void => {
    free.fill(Number.NaN, Math.max(0, one - separation), one + separation + 1);
  };
  if (version === "mended") {
    peaks.forEach(close);
  }
  for (let taken = 0; taken < topKTotal; taken += 1) {
    let best = -1;
    for (const [place, value] of free.entries()) {
      if (value < (best < 0 ? Number.POSITIVE_INFINITY : (free[best] ?? 0))) {
        best = place;
      }
    }
    if (best < 0) {
      break;
    }
    close(best);
    if (!peaks.includes(best)) {
      added.push(best);
    }
  }
  return version === "mended"
    ? [...peaks, ...added.slice(0, topKTotal - peaks.length)]
    : [...peaks, ...added];
}

/** Goes back from the peak while the value before is within. */
function onset(
  values: Float64Array,
  peak: number,
  least: number,
  isWithin: (value: number) => boolean,
): number {
  let start = peak;
  while (start > Math.max(0, least) && isWithin(values[start - 1] ?? Number.NaN)) {
    start -= 1;
  }
  return start;
}
