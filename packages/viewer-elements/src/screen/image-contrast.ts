// The contrast of a kymograph, the same however far it is zoomed.

import { type Contrast, contrastOf, overviewPlane } from "@kym/view";
import { ViewerError } from "../errors.ts";
import type { Kymograph } from "../model/kymograph.ts";

/** Percentiles of the darkest and the brightest pixels. */
export interface ContrastPercents {
  readonly lowPercent: number;
  readonly highPercent: number;
}

/** At most so many pixels decide. */
const MOST_SAMPLES = 2 ** 17;

/**
 * Which values are darkest and brightest: those that the page states, otherwise percentiles of the native lines that came with
 * the kymograph, or of its overview.
 */
export function imageContrast(kymograph: Kymograph, percents: Partial<ContrastPercents> = {}): Contrast {
  const { contrast, stretches, overview } = kymograph;
  if (contrast !== undefined && percents.lowPercent === undefined) {
    return contrast;
  }
  const planes =
    stretches.length > 0 ? stretches.map(({ plane }) => plane) : overview ? [overviewPlane(overview)] : [];
  const total = planes.reduce((sum, { pixels }) => sum + pixels.length, 0);
  const step = stepThrough(total, kymograph.size.columns);
  const samples = planes.flatMap(({ pixels }) =>
    Array.from({ length: Math.ceil(pixels.length / step) }, (_, index) => pixels[index * step] ?? Number.NaN),
  );
  return contrastOf(Float64Array.from(samples), percents);
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
