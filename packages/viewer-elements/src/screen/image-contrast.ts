// The contrast of a kymograph, the same however far it is zoomed.

import { type Contrast, contrastOf, type PixelPlane } from "@kym/view";
import { ViewerError } from "../errors.ts";
import type { Kymograph } from "../model/kymograph.ts";
import { valuesOf } from "./screen-plane.ts";

/** Percentiles of the darkest and the brightest pixels. */
export interface ContrastPercents {
  readonly lowPercent: number;
  readonly highPercent: number;
}

/** At most so many pixels decide. */
const MOST_SAMPLES = 2 ** 17;

/** The contrast of each layer. Extremes are farther apart than pixels: with the contrast of pixels they would be black and white. */
export interface LayerContrasts {
  readonly lines: Contrast;
  readonly overview: Contrast;
}

/**
 * Which values are darkest and brightest: those that the page states, for both layers, otherwise percentiles of each. Until native
 * lines are there, theirs is that of the overview.
 */
export function imageContrast(
  { contrast, stretches, overview, size }: Kymograph,
  percents: Partial<ContrastPercents> = {},
): LayerContrasts {
  if (contrast !== undefined && percents.lowPercent === undefined) {
    return { lines: contrast, overview: contrast };
  }
  const native = stretches.map(({ plane }) => plane);
  const reduced = overview === undefined ? [] : [valuesOf(overview)];
  const of = (planes: readonly PixelPlane[]): Contrast =>
    contrastOf(samplesOf(planes, size.columns), percents);
  return {
    lines: of(native.length > 0 ? native : reduced),
    overview: widened(of(reduced.length > 0 ? reduced : native)),
  };
}

/** How much room is left below and above extremes, as a share of their range. */
const ROOM = 0.35;

/** Minima lie at one end of their contrast and maxima at the other: black beside white would be all that one sees. */
function widened({ low, high }: Contrast): Contrast {
  const room = ROOM * (high - low);
  return { low: low - room, high: high + room };
}

function samplesOf(planes: readonly PixelPlane[], columns: number): Float64Array {
  const step = stepThrough(
    planes.reduce((sum, { pixels }) => sum + pixels.length, 0),
    columns,
  );
  return Float64Array.from(
    planes.flatMap(({ pixels }) =>
      Array.from(
        { length: Math.ceil(pixels.length / step) },
        (_, index) => pixels[index * step] ?? Number.NaN,
      ),
    ),
  );
}

/** Pixels are taken at such a step that every column is met. */
function stepThrough(total: number, columns: number): number {
  let step = Math.max(1, Math.floor(total / MOST_SAMPLES));
  while (greatestDivisor(step, columns) > 1) {
    step++;
  }
  return step;
}

function greatestDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestDivisor(b, a % b);
}

/**
 * Parses the attribute `contrast`: two percentiles, such as `1 99.5`.
 *
 * @throws {ViewerError} `invalid_data`
 */
export function parseContrast(text: string | null): Partial<ContrastPercents> {
  if (text === null || text.trim() === "") {
    return {};
  }
  const [lowPercent = Number.NaN, highPercent = Number.NaN, ...more] = text
    .trim()
    .split(/[\s,]+/)
    .map(Number);
  if (more.length > 0 || !(lowPercent >= 0 && lowPercent < highPercent && highPercent <= 100)) {
    throw new ViewerError(
      "invalid_data",
      `contrast: expected two percentiles such as "1 99.5", found ${JSON.stringify(text)}`,
    );
  }
  return { lowPercent, highPercent };
}
