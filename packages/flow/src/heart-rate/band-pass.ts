// A Butterworth band-pass filter that runs forward and backward, so that nothing is delayed.

import { atOnce, type InPieces, inPieces, mapInPieces } from "../pieces.ts";
import type { Band } from "./spectrum.ts";

/** One section: y = gain · (x − x₋₂) − a₁ · y₋₁ − a₂ · y₋₂. */
interface Section {
  readonly gain: number;
  readonly a1: number;
  readonly a2: number;
}

interface Complex {
  readonly re: number;
  readonly im: number;
}

/** The samples that are mirrored about each end, for each coefficient of the filter. */
const PAD_PER_COEFFICIENT = 3;

/**
 * Filters to a band, forward and backward. Both ends are extended by their mirror image about the end (odd), and the
 * filter begins as if the first sample had been there for ever.
 */
export function bandPass(values: Float64Array, rateHz: number, band: Band, order: number): Float64Array {
  return atOnce(bandPassInPieces(values, rateHz, band, order));
}

/** As {@link bandPass}, for many values. */
export function* bandPassInPieces(
  values: Float64Array,
  rateHz: number,
  band: Band,
  order: number,
): InPieces<Float64Array> {
  const sections = butterworthSections(rateHz, band, order);
  const pad = Math.min(values.length - 1, PAD_PER_COEFFICIENT * (2 * order + 1));
  const filtered = yield* oddlyExtended(values, pad);
  for (let direction = 0; direction < 2; direction += 1) {
    for (const section of sections) {
      yield* runInPlace(section, filtered);
    }
    filtered.reverse();
    yield;
  }
  return filtered.slice(pad, pad + values.length);
}

/** The digital sections of a Butterworth band-pass (Oppenheim & Schafer, Discrete-Time Signal Processing, chapter 7). */
function butterworthSections(rateHz: number, { lowHz, highHz }: Band, order: number): readonly Section[] {
  const low = 2 * rateHz * Math.tan((Math.PI * lowHz) / rateHz);
  const high = 2 * rateHz * Math.tan((Math.PI * highHz) / rateHz);
  const centre = Math.sqrt(low * high);
  const poles: Complex[] = [];
  for (let index = 0; index < order; index += 1) {
    const angle = (Math.PI * (2 * index + order + 1)) / (2 * order);
    const half = { re: (Math.cos(angle) * (high - low)) / 2, im: (Math.sin(angle) * (high - low)) / 2 };
    const root = squareRoot({
      re: half.re * half.re - half.im * half.im - centre * centre,
      im: 2 * half.re * half.im,
    });
    poles.push(
      digitalPole({ re: half.re + root.re, im: half.im + root.im }, rateHz),
      digitalPole({ re: half.re - root.re, im: half.im - root.im }, rateHz),
    );
  }
  const omega = 2 * Math.atan(centre / (2 * rateHz));
  return pairsOf(poles).map(([a1, a2]) => ({ gain: 1 / responseAt(omega, a1, a2), a1, a2 }));
}

/** The bilinear transform. */
function digitalPole({ re, im }: Complex, rateHz: number): Complex {
  const rate = 2 * rateHz;
  const squares = (rate - re) * (rate - re) + im * im;
  return { re: (rate * rate - re * re - im * im) / squares, im: (2 * rate * im) / squares };
}

/** The denominators of pairs of poles: one of each conjugate pair, and real ones by twos. */
function pairsOf(poles: readonly Complex[]): readonly (readonly [a1: number, a2: number])[] {
  const tiny = 1e-12;
  const complex = poles.filter(({ im }) => im > tiny);
  const real = poles.filter(({ im }) => Math.abs(im) <= tiny).map(({ re }) => re);
  const realPairs = Array.from(
    { length: Math.floor(real.length / 2) },
    (_, pair) => [real[2 * pair] ?? 0, real[2 * pair + 1] ?? 0] as const,
  );
  return [
    ...complex.map(({ re, im }) => [-2 * re, re * re + im * im] as const),
    ...realPairs.map(([one, other]) => [-(one + other), one * other] as const),
  ];
}

/** How much a section without gain lets through at a frequency, in radians a sample. */
function responseAt(omega: number, a1: number, a2: number): number {
  const above = Math.hypot(1 - Math.cos(2 * omega), Math.sin(2 * omega));
  const below = Math.hypot(
    1 + a1 * Math.cos(omega) + a2 * Math.cos(2 * omega),
    a1 * Math.sin(omega) + a2 * Math.sin(2 * omega),
  );
  return above / below;
}

function squareRoot({ re, im }: Complex): Complex {
  const length = Math.hypot(re, im);
  const imaginary = Math.sqrt((length - re) / 2);
  return { re: Math.sqrt((length + re) / 2), im: im < 0 ? -imaginary : imaginary };
}

function* runInPlace({ gain, a1, a2 }: Section, values: Float64Array): InPieces<void> {
  // What a constant of the first sample would have left behind: nothing passes but the state.
  const first = gain * (values[0] ?? 0);
  const state = Float64Array.of(-first, -first);
  yield* inPieces(values.length, (start, stop) => {
    let [one, two] = [state[0] ?? 0, state[1] ?? 0];
    for (let place = start; place < stop; place += 1) {
      const x = values[place] ?? 0;
      const y = gain * x + one;
      one = two - a1 * y;
      two = -gain * x - a2 * y;
      values[place] = y;
    }
    state[0] = one;
    state[1] = two;
  });
}

function oddlyExtended(values: Float64Array, pad: number): InPieces<Float64Array> {
  const last = values.length - 1;
  return mapInPieces(new Float64Array(values.length + 2 * pad), (_, place) => {
    const index = place - pad;
    if (index < 0) {
      return 2 * (values[0] ?? 0) - (values[-index] ?? 0);
    }
    return index > last ? 2 * (values[last] ?? 0) - (values[2 * last - index] ?? 0) : (values[index] ?? 0);
  });
}
