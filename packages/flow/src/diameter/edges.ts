// The two walls of a vessel in a profile.

import { type DiameterFlag, flagBit } from "./diameter-flags.ts";
import type { DiameterParams } from "./diameter-params.ts";
import type { Profile } from "./profile.ts";

/** Places of the walls, in columns of the profile; NaN for a wall that is not there. */
export interface Edges {
  readonly left: number;
  readonly right: number;
  /** Intensity a pixel; NaN for `threshold_width`. */
  readonly leftStrength: number;
  readonly rightStrength: number;
  readonly flags: number;
}

/** Peak less than so much above the baseline, in shares of the peak, is low contrast. */
const LEAST_CONTRAST = 0.05;
/** Saturated: more than this share of the columns lies within the other share of the greatest value. */
const MOST_AT_TOP = 0.05;
const TOP_SHARE = 0.98;
/** How far the Gaussian reaches, in standard deviations. */
const REACH_SIGMAS = 4;

export function edgesOf(profile: Profile, params: DiameterParams): Edges {
  const found =
    params.method === "threshold_width" ? thresholdEdges(profile, params) : gradientEdges(profile, params);
  return { ...found, flags: found.flags | commonFlags(profile) };
}

function commonFlags({ values, baseline, peak, greatest }: Profile): number {
  const atTop = values.filter((value) => value >= TOP_SHARE * greatest).length;
  return (
    flagIf(!(peak - baseline > LEAST_CONTRAST * Math.abs(peak)), "low_contrast") |
    flagIf(atTop > MOST_AT_TOP * values.length, "saturation")
  );
}

function flagIf(condition: boolean, flag: DiameterFlag): number {
  return condition ? flagBit(flag) : 0;
}

function thresholdEdges(profile: Profile, { thresholdValue, subPixel }: DiameterParams): Edges {
  const { values, baseline, peak } = profile;
  const threshold = thresholdValue ?? baseline + (peak - baseline) / 2;
  const first = values.findIndex((value) => value >= threshold);
  const last = values.findLastIndex((value) => value >= threshold);
  const isWithin = (place: number): boolean => place > 0 && place < values.length - 1;
  const crossing = (inside: number, outside: number): number => {
    const step = ((values[inside] ?? 0) - threshold) / ((values[inside] ?? 0) - (values[outside] ?? 0));
    return subPixel && Number.isFinite(step) ? inside + step * (outside - inside) : inside;
  };
  let runs = 0;
  for (let place = Math.max(0, first); place <= last; place += 1) {
    const isStart = (values[place] ?? 0) >= threshold && !((values[place - 1] ?? Number.NaN) >= threshold);
    runs += isStart ? 1 : 0;
  }
  return {
    left: isWithin(first) ? crossing(first, first - 1) : Number.NaN,
    right: isWithin(last) ? crossing(last, last + 1) : Number.NaN,
    leftStrength: Number.NaN,
    rightStrength: Number.NaN,
    flags:
      flagIf(!isWithin(first), "missing_left_edge") |
      flagIf(!isWithin(last), "missing_right_edge") |
      flagIf(runs > 1, "double_peak"),
  };
}

function gradientEdges(profile: Profile, params: DiameterParams): Edges {
  const slopes = slopesOf(blurred(filled(profile.values), params.gradientSigmaPx));
  const left = greatestPlace(slopes, 1);
  const right = greatestPlace(slopes, -1);
  const leftStrength = Math.abs(slopes[left] ?? Number.NaN);
  const rightStrength = Math.abs(slopes[right] ?? Number.NaN);
  const isOrdered = left < right;
  const isWeak = !(Math.min(leftStrength, rightStrength) >= params.gradientMinEdgeStrength);
  const place = (edge: number): number => {
    if (!isOrdered) {
      return Number.NaN;
    }
    return params.subPixel ? edge + topOfParabola(slopes, edge) : edge;
  };
  return {
    left: place(left),
    right: place(right),
    leftStrength,
    rightStrength,
    flags: flagIf(!isOrdered, "gradient_invalid_order") | flagIf(isWeak, "gradient_low_edge_strength"),
  };
}

/** Missing values by a line between their neighbours, and at the ends by the nearest value. */
function filled(values: Float64Array): Float64Array {
  const known = Array.from(values.keys()).filter((index) => Number.isFinite(values[index]));
  return values.map((value, index) => {
    if (Number.isFinite(value)) {
      return value;
    }
    const before = known.findLast((place) => place < index);
    const after = known.find((place) => place > index);
    if (before === undefined || after === undefined) {
      return values[before ?? after ?? index] ?? Number.NaN;
    }
    const share = (index - before) / (after - before);
    return (values[before] ?? 0) + share * ((values[after] ?? 0) - (values[before] ?? 0));
  });
}

/** Smoothed by a Gaussian; beyond an end the value of the end goes on. */
function blurred(values: Float64Array, sigma: number): Float64Array {
  const reach = Math.ceil(REACH_SIGMAS * sigma);
  const weights = Array.from({ length: 2 * reach + 1 }, (_, index) =>
    sigma > 0 ? Math.exp(-((index - reach) ** 2) / (2 * sigma * sigma)) : 1,
  );
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const last = values.length - 1;
  return values.map((_, index) => {
    let sum = 0;
    for (const [offset, weight] of weights.entries()) {
      sum += weight * (values[Math.min(last, Math.max(0, index + offset - reach))] ?? 0);
    }
    return sum / total;
  });
}

/** Central differences, one-sided at the ends. */
function slopesOf(values: Float64Array): Float64Array {
  const last = values.length - 1;
  return values.map((_, index) => {
    const before = Math.max(0, index - 1);
    const after = Math.min(last, index + 1);
    return ((values[after] ?? 0) - (values[before] ?? 0)) / Math.max(1, after - before);
  });
}

function greatestPlace(slopes: Float64Array, sign: number): number {
  let best = 0;
  for (const [index, slope] of slopes.entries()) {
    if (sign * slope > sign * (slopes[best] ?? 0)) {
      best = index;
    }
  }
  return best;
}

/** How far the top of a parabola through three slopes lies from the middle one, at most half a column. */
function topOfParabola(slopes: Float64Array, place: number): number {
  const before = slopes[place - 1] ?? Number.NaN;
  const here = slopes[place] ?? Number.NaN;
  const after = slopes[place + 1] ?? Number.NaN;
  const shift = (before - after) / (2 * (before - 2 * here + after));
  return Number.isFinite(shift) ? Math.min(0.5, Math.max(-0.5, shift)) : 0;
}
