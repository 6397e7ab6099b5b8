// The overview of a kymograph: what is drawn of it zoomed out, without its pixels.

import type { LineReduction } from "./line-reduction.ts";
import type { PixelPlane } from "./pixel-plane.ts";

/** An overview has at most this many bins along time. */
const MOST_BINS = 1000;
/** And at most this many bins times columns, so that a wide image does not get an overview as large as itself. */
const MOST_CELLS = 500_000;
/** Levels are steps of this many, so that each is one character where an overview is stored. */
const STEPS = 63;

/**
 * Minimum and maximum of at most 1000 bins along time, for one channel. Bin `b` of `n` covers the lines from `⌊b · lines / n⌋` up
 * to the first of the next.
 *
 * Levels are linear: 0 is `low` and 255 is `high`, in 64 steps (multiples of 255/63, rounded). What lies beyond has the level of
 * that end. `low` and `high` are finite: the least minimum and the greatest maximum, once the thousandth part of all that lies
 * farthest out on either side is left out, so that a few hot pixels do not take the levels of everything else.
 *
 * A bin and column without a number (NaN) has minimum 255 and maximum 0, and is the only one whose minimum exceeds its maximum.
 */
export interface Overview {
  /** Of the image. */
  readonly lines: number;
  readonly columns: number;
  readonly bins: number;
  /** The pixel values of level 0 and level 255. */
  readonly low: number;
  readonly high: number;
  /** `bins × columns`, line-major: `minimum[bin * columns + column]`. */
  readonly minimum: Uint8Array;
  readonly maximum: Uint8Array;
}

/** How many bins the overview of an image has; 0 for one without pixels, or of more than 500 000 columns, which has none. */
export function overviewBins({
  lines,
  columns,
}: {
  readonly lines: number;
  readonly columns: number;
}): number {
  return columns < 1 ? 0 : Math.min(MOST_BINS, lines, Math.floor(MOST_CELLS / columns));
}

/** The overview of a reduction whose lines were all added. */
export function overviewOf({ lines, columns, bins, minimum, maximum }: LineReduction): Overview {
  const leftOut = Math.floor((bins * columns) / 1000);
  const high = greatestButFew(maximum, 1, leftOut);
  const low = greatestButFew(minimum, -1, leftOut);
  const range = rangeOf(low === undefined ? undefined : -low, high);
  return {
    ...{ lines, columns, bins, ...range },
    minimum: levelsOf(minimum, range, 255),
    maximum: levelsOf(maximum, range, 0),
  };
}

/**
 * The overview as a plane of two lines per bin, first the minimum, then the maximum, in pixel values, as `LineReduction.plane`
 * has it. NaN where nothing was recorded. Float64, `2 · bins × columns`.
 */
export function overviewPlane(overview: Overview): PixelPlane {
  const { bins, columns, low, high, minimum, maximum } = overview;
  const pixels = new Float64Array(2 * bins * columns);
  const values = Float64Array.from({ length: 256 }, (_, level) => {
    const share = stepOfLevel(level) / STEPS;
    return Number.isFinite(high - low) ? low + share * (high - low) : (1 - share) * low + share * high;
  });
  for (let cell = 0; cell < bins * columns; cell++) {
    const at = cell + Math.floor(cell / columns) * columns;
    const [least = 0, greatest = 0] = [minimum[cell], maximum[cell]];
    pixels[at] = least > greatest ? Number.NaN : (values[least] ?? 0);
    pixels[at + columns] = least > greatest ? Number.NaN : (values[greatest] ?? 0);
  }
  return { pixels, lines: 2 * bins, columns };
}

/** The same overview in fewer bins, each of as many of the old ones: the least minimum and the greatest maximum. */
export function narrowOverview(overview: Overview, atMost: number): Overview {
  const { columns, minimum, maximum } = overview;
  const bins = Math.max(1, Math.min(atMost, overview.bins));
  if (bins === overview.bins) {
    return overview;
  }
  const narrow = {
    minimum: new Uint8Array(bins * columns).fill(255),
    maximum: new Uint8Array(bins * columns),
  };
  for (let from = 0; from < overview.bins; from++) {
    const row = Math.floor(((from + 1) * bins - 1) / overview.bins) * columns;
    for (let column = 0; column < columns; column++) {
      const [least = 255, greatest = 0] = [
        minimum[from * columns + column],
        maximum[from * columns + column],
      ];
      narrow.minimum[row + column] = Math.min(narrow.minimum[row + column] ?? 255, least);
      narrow.maximum[row + column] = Math.max(narrow.maximum[row + column] ?? 0, greatest);
    }
  }
  return { ...overview, bins, ...narrow };
}

/** The level of each of the 64 steps. */
export function levelOfStep(step: number): number {
  return Math.round((step / STEPS) * 255);
}

/** The step of a level: `levelOfStep` of it is the level. */
export function stepOfLevel(level: number): number {
  return Math.round((level / 255) * STEPS);
}

/** The greatest finite value times `sign`, once so many greater ones are left out. */
function greatestButFew(values: Float64Array, sign: 1 | -1, leftOut: number): number | undefined {
  // Ascending: the greatest so far, one more than are left out.
  const greatest = new Float64Array(leftOut + 1).fill(Number.NEGATIVE_INFINITY);
  let count = 0;
  let least = Number.NEGATIVE_INFINITY;
  for (let cell = 0; cell < values.length; cell++) {
    const value = sign * (values[cell] ?? Number.NaN);
    // Most values end here: NaN, and what is not among the greatest.
    if (!(value > least) || value === Number.POSITIVE_INFINITY) {
      continue;
    }
    let place = 1;
    while (place <= leftOut && (greatest[place] ?? 0) < value) {
      place++;
    }
    greatest.copyWithin(0, 1, place);
    greatest[place - 1] = value;
    least = greatest[0] ?? least;
    count++;
  }
  const kept = Math.min(count, leftOut + 1);
  return kept === 0 ? undefined : greatest[leftOut + 1 - kept];
}

function rangeOf(
  low: number | undefined,
  high: number | undefined,
): { readonly low: number; readonly high: number } {
  const [one = high ?? 0, other = low ?? 0] = [low, high];
  // The few that were left out can be all that differ.
  // A sum with 0 is never -0, which JSON would store as 0.
  return one <= other ? { low: one + 0, high: other + 0 } : { low: other + 0, high: one + 0 };
}

function levelsOf(
  values: Float64Array,
  { low, high }: { readonly low: number; readonly high: number },
  none: number,
): Uint8Array {
  const levels = new Uint8Array(values.length);
  // The difference of numbers near the largest of all overflows.
  const scale = Number.isFinite(high - low) ? 1 : 0.5;
  const [first, factor] = [scale * low, STEPS / (scale * high - scale * low)];
  const levelOf = (value: number): number =>
    value >= high
      ? value > low
        ? 255
        : 0
      : value > low
        ? (LEVELS[Math.floor((scale * value - first) * factor + 0.5)] ?? 255)
        : Number.isNaN(value)
          ? none
          : 0;
  // Integers are looked up: this is part of each ingest.
  const known =
    high - low <= MOST_LOOKED_UP
      ? Uint8Array.from({ length: high - low + 1 }, (_, at) => levelOf(low + at))
      : NO_LEVELS;
  for (let cell = 0; cell < values.length; cell++) {
    const value = values[cell] ?? Number.NaN;
    const at = (value - low) | 0;
    levels[cell] = at >= 0 && at < known.length && at + low === value ? (known[at] ?? 0) : levelOf(value);
  }
  return levels;
}

const MOST_LOOKED_UP = 16_384;
const NO_LEVELS = new Uint8Array(0);
const LEVELS: Uint8Array = Uint8Array.from({ length: STEPS + 1 }, (_, step) => levelOfStep(step));
