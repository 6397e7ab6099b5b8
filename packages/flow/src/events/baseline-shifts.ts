// Finds where the speed falls or rises and stays so.

import type { Breathe } from "../breathe.ts";
import { breathing, filterInPieces, type InPieces, inPieces, mapInPieces } from "../pieces.ts";
import { finiteMedian, medianInPieces } from "../statistics/rolling-median.ts";
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
  const speed = await breathing(mapInPieces(velocityMmPerS, Math.abs), breathe);
  const side = Math.max(LEAST_SIDE, roundHalfEven(params.winCmpSec * rateHz));
  const least = Math.max(LEAST_VALID, Math.floor(side / VALID_SHARE));
  const { score } = await shiftScores(speed, side, least, breathe);
  const scores = await breathing(filterInPieces(score, Number.isFinite), breathe);
  if (scores.length < LEAST_SCORES) {
    return { events: [], thresholdMmPerS: Number.NaN };
  }
  const middle = await breathing(medianInPieces(scores), breathe);
  const distances = await breathing(
    mapInPieces(scores, (value) => Math.abs(value - middle)),
    breathe,
  );
  const deviation = await breathing(medianInPieces(distances), breathe);
  const thresholdMmPerS = Math.max(params.absScoreFloorMmPerS, params.madK * MAD_TO_SD * deviation);
  const mergeGap = roundHalfEven(params.mergeGapSec * rateHz);
  const peaksOf = async (sign: number): Promise<readonly number[]> => {
    const isEvent = (place: number): boolean => sign * (score[place] ?? 0) >= thresholdMmPerS;
    const runs = joinRuns(await breathing(runsWhere(score.length, isEvent), breathe), mergeGap);
    return runs.map((run) => firstGreatest(score, sign, run));
  };
  const separation = roundHalfEven(params.minSepSec * rateHz);
  const drops = await breathing(withGreatest(await peaksOf(-1), score, separation, params, version), breathe);
  const rises = await peaksOf(1);
  const smooth = await smoothed(speed, oddWindow(params.smoothSec, rateHz), breathe);
  const farthest = version === "lab" ? speed.length : side;
  const room = new Float64Array(side);
  const ofAll = await breathing(medianInPieces(speed), breathe);
  const eventAt = (peak: number, sign: number): VelocityEvent => {
    const orGlobal = (median: number): number => (Number.isNaN(median) ? ofAll : median);
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
  const events: VelocityEvent[] = [];
  for (const [peaks, sign] of [
    [drops, -1],
    [rises, 1],
  ] as const) {
    for (const peak of peaks) {
      events.push(eventAt(peak, sign));
      await breathe();
    }
  }
  return { events, thresholdMmPerS };
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
function* withGreatest(
  peaks: readonly number[],
  score: Float64Array,
  separation: number,
  { topKTotal }: BaselineShiftParams,
  version: EventsVersion,
): InPieces<readonly number[]> {
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
    const best = yield* firstLeast(free);
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

/** The place of the first of the least values below infinity; −1 of none. */
function* firstLeast(values: Float64Array): InPieces<number> {
  let found = -1;
  yield* inPieces(values.length, (start, stop) => {
    let best = found;
    let least = best < 0 ? Number.POSITIVE_INFINITY : (values[best] ?? 0);
    for (let place = start; place < stop; place += 1) {
      const value = values[place] ?? Number.NaN;
      if (value < least) {
        best = place;
        least = value;
      }
    }
    found = best;
  });
  return found;
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
