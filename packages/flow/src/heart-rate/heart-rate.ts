// The heart rate in a velocity trace, by two methods that can be compared.

import { type Breathe, makeBreathe } from "../breathe.ts";
import type { Run } from "../events/runs.ts";
import { requireSameLength, roundHalfEven, samplingRateHz } from "../events/sampling.ts";
import type { TimedVelocity } from "../events/velocity-event.ts";
import { breathing, filterInPieces, type InPieces, inPieces } from "../pieces.ts";
import { bandPassInPieces } from "./band-pass.ts";
import { DEFAULT_HEART_RATE_PARAMS, type HeartRateParams } from "./heart-rate-params.ts";
import { lombSpectrum } from "./lomb-spectrum.ts";
import { centredSpeed, withShortGapsFilled } from "./prepare-speed.ts";
import { type Band, peakOf, type SpectrumPeak } from "./spectrum.ts";
import { welchSpectrum } from "./welch-spectrum.ts";

/** Name and version of what computes heart rates. */
export const HEART_RATE_ALGORITHM = "kym.heart_rate@1";

/** `ok` if both methods found a rate and agree. */
export type HeartRateStatus =
  | "ok"
  | "insufficient_valid"
  | "no_peak_lomb"
  | "no_peak_welch"
  | "method_disagree";

/** Heart rates of windows of time. */
export interface HeartRateSegments {
  /** The middle of each window, seconds. */
  readonly timeS: Float64Array;
  /** Beats a minute, by Welch; NaN where too few windows have a velocity. */
  readonly bpm: Float64Array;
}

export interface HeartRateResult {
  readonly algorithm: string;
  readonly status: HeartRateStatus;
  readonly lomb: SpectrumPeak | null;
  readonly welch: SpectrumPeak | null;
  /** Lomb minus Welch. */
  readonly agreement: { readonly deltaBpm: number; readonly deltaHz: number } | null;
  readonly nTotal: number;
  readonly nValid: number;
  readonly validFraction: number;
  readonly segments: HeartRateSegments | null;
}

export interface HeartRateOptions extends Partial<HeartRateParams> {
  readonly signal?: AbortSignal | undefined;
}

const LEAST_VALID = 256;
const LEAST_SEGMENT = 128;
const MOST_SEGMENT = 8192;
const SECONDS_PER_MINUTE = 60;

/**
 * The heart rate, in beats a minute, in the speed of blood: the peaks of two spectra within a band. Speed is clipped to
 * median ± 4 robust standard deviations first. Lomb and Scargle take the windows as they are; Welch takes them with short
 * gaps filled, the rest left out, and filtered to the band. Pulses in capillaries: Santisakultarm et al., Am J Physiol
 * Heart Circ Physiol 302:H1367 (2012).
 *
 * Equal to 1e-12 in every runtime, not to the bit: sines and cosines are the runtime's.
 *
 * @throws {FlowError} `invalid_argument` if times and velocities are not as many
 * @throws the reason of `signal`
 */
export async function heartRate(
  trace: TimedVelocity,
  options: HeartRateOptions = {},
): Promise<HeartRateResult> {
  const { signal, ...given } = options;
  const params: HeartRateParams = { ...DEFAULT_HEART_RATE_PARAMS, ...given };
  requireSameLength(trace);
  signal?.throwIfAborted();
  const breathe = makeBreathe(signal);
  const speed = await breathing(centredSpeed(trace.velocityMmPerS, params), breathe);
  const isValid = (value: number, place: number): boolean => isSample(trace.timeS[place], value);
  const samples = {
    timeS: await breathing(
      filterInPieces(trace.timeS, (_, place) => isValid(speed[place] ?? Number.NaN, place)),
      breathe,
    ),
    speed: await breathing(filterInPieces(speed, isValid), breathe),
  };
  const nTotal = speed.length;
  const nValid = samples.speed.length;
  const counts = { nTotal, nValid, validFraction: nTotal === 0 ? Number.NaN : nValid / nTotal };
  if (nValid < LEAST_VALID) {
    return {
      algorithm: HEART_RATE_ALGORITHM,
      status: "insufficient_valid",
      lomb: null,
      welch: null,
      agreement: null,
      segments: null,
      ...counts,
    };
  }
  const band = bandOf(params);
  const spectrum = await lombSpectrum(samples.timeS, samples.speed, band, params.lombFrequencies, breathe);
  const lomb = peakOf(spectrum, band, params.peakHalfWidthHz, params.edgeMarginHz) ?? null;
  const welch = await welchPeak(trace.timeS, speed, band, params, breathe);
  const agreement =
    lomb === null || welch === null ? null : { deltaBpm: lomb.bpm - welch.bpm, deltaHz: lomb.hz - welch.hz };
  return {
    algorithm: HEART_RATE_ALGORITHM,
    status: statusOf(lomb, welch, params.agreementBpm),
    lomb,
    welch,
    agreement,
    segments: params.doSegments ? await segmentsOf(trace.timeS, speed, band, params, breathe) : null,
    ...counts,
  };
}

function bandOf({ bpmLow, bpmHigh }: HeartRateParams): Band {
  return { lowHz: bpmLow / SECONDS_PER_MINUTE, highHz: bpmHigh / SECONDS_PER_MINUTE };
}

function isSample(time: number | undefined, value: number): boolean {
  return Number.isFinite(time) && Number.isFinite(value);
}

function statusOf(
  lomb: SpectrumPeak | null,
  welch: SpectrumPeak | null,
  agreementBpm: number,
): HeartRateStatus {
  if (lomb === null) {
    return "no_peak_lomb";
  }
  if (welch === null) {
    return "no_peak_welch";
  }
  return Math.abs(lomb.bpm - welch.bpm) > agreementBpm ? "method_disagree" : "ok";
}

async function welchPeak(
  timeS: Float64Array,
  speed: Float64Array,
  band: Band,
  params: HeartRateParams,
  breathe: Breathe,
): Promise<SpectrumPeak | null> {
  const rateHz = await breathing(samplingRateHz(timeS), breathe);
  const filled = await breathing(withShortGapsFilled(timeS, speed, params.interpMaxGapSec), breathe);
  const samples = await breathing(filterInPieces(filled, Number.isFinite), breathe);
  if (samples.length < 2 || !(band.lowHz > 0 && 2 * band.highHz < rateHz)) {
    return null;
  }
  const filtered = await breathing(bandPassInPieces(samples, rateHz, band, params.bandpassOrder), breathe);
  const wanted = roundHalfEven(params.npersegSec * rateHz);
  const segment = Math.min(MOST_SEGMENT, Math.max(LEAST_SEGMENT, wanted));
  const spectrum = await welchSpectrum(filtered, rateHz, band, segment, breathe);
  return peakOf(spectrum, band, params.peakHalfWidthHz, params.edgeMarginHz) ?? null;
}

async function segmentsOf(
  timeS: Float64Array,
  speed: Float64Array,
  band: Band,
  params: HeartRateParams,
  breathe: Breathe,
): Promise<HeartRateSegments> {
  const first = timeS[0] ?? 0;
  const last = timeS.at(-1) ?? 0;
  const count = Math.max(0, Math.floor((last - first - params.segmentSec) / params.segmentStepSec) + 1);
  const middle = new Float64Array(count);
  const bpm = new Float64Array(count).fill(Number.NaN);
  for (let segment = 0; segment < count; segment += 1) {
    const start = first + segment * params.segmentStepSec;
    const isIn = (time: number): boolean => time >= start && time < start + params.segmentSec;
    const run = await breathing(spanOf(timeS, isIn), breathe);
    const times = timeS.subarray(run.start, run.stop);
    const values = speed.subarray(run.start, run.stop).filter((_, place) => isIn(times[place] ?? Number.NaN));
    const valid = values.filter((value) => Number.isFinite(value)).length;
    middle[segment] = start + params.segmentSec / 2;
    if (valid > 0 && valid >= params.segmentMinValidFraction * values.length) {
      const peak = await welchPeak(times.filter(isIn), values, band, params, breathe);
      bpm[segment] = peak?.bpm ?? Number.NaN;
    }
  }
  return { timeS: middle, bpm };
}

/** The run from the first to the last place where it holds: all of them, where times rise. */
function* spanOf(timeS: Float64Array, holds: (time: number) => boolean): InPieces<Run> {
  let span = { start: 0, stop: 0 };
  yield* inPieces(timeS.length, (from, to) => {
    let { start, stop } = span;
    for (let place = from; place < to; place += 1) {
      if (holds(timeS[place] ?? Number.NaN)) {
        start = stop === 0 ? place : start;
        stop = place + 1;
      }
    }
    span = { start, stop };
  });
  return span;
}
