// Decides which value stands at each place of a screen: native lines where they are there, otherwise the overview.

import { type Axis, fromScreen, type Overview, overviewPlane, type PixelPlane } from "@kym/view";
import type { KymographStretch } from "../model/kymograph.ts";
import type { ShownAs } from "../model/viewer-words.ts";

/** What can be drawn. */
export interface PixelLayers {
  /** Of the image. */
  readonly lines: number;
  readonly columns: number;
  readonly overview: Overview | undefined;
  readonly stretches: readonly KymographStretch[];
}

/** The values at each place of a screen. */
export interface ScreenPlane {
  /** `width` columns of the screen as lines, each with the columns of the image. NaN where nothing is there. */
  readonly plane: PixelPlane;
  readonly shownAs: ShownAs;
}

/** From so many lines for each place of the screen, minimum and maximum are drawn: of fewer, each second line would be lost. */
const LINES_PER_PLACE = 2;

/**
 * The values of a stretch, at `width` places along an axis.
 *
 * Of up to 2 lines for each place, the line at its middle is shown. Of more, two places beside each other show the minimum and
 * the maximum of their lines: a mean would hide the streaks.
 *
 * @param axis lines, from place 0 up to place `width`
 */
export function screenPlane(layers: PixelLayers, axis: Axis, width: number): ScreenPlane {
  const { columns } = layers;
  const pixels = new Float64Array(width * columns).fill(Number.NaN);
  const linesPerPlace = Math.abs((axis.to - axis.from) / (axis.stop - axis.start));
  const isReduced = linesPerPlace > LINES_PER_PLACE;
  const overview = layers.overview === undefined ? undefined : valuesOf(layers.overview);
  let [native, reduced] = [0, 0];
  for (let place = 0; place < width; place++) {
    const into = pixels.subarray(place * columns, (place + 1) * columns);
    const pair = place - (place % 2);
    const [from, to] = isReduced ? [pair, pair + 2] : [place, place + 1];
    const lines = { start: fromScreen(axis, from), stop: fromScreen(axis, to) };
    const stretch = stretchWith(layers, lines);
    if (stretch !== undefined) {
      native++;
      takeNative(stretch, lines, { isReduced, wantsMaximum: place % 2 === 1 }, into);
    } else if (overview !== undefined) {
      reduced++;
      takeOverview(overview, layers, lines, { isReduced, wantsMaximum: place % 2 === 1 }, into);
    }
  }
  const perBin = layers.lines / Math.max(1, layers.overview?.bins ?? 1);
  const linesPerPair = reduced > 0 ? Math.max(perBin, isReduced ? 2 * linesPerPlace : 1) : 2 * linesPerPlace;
  return {
    plane: { pixels, lines: width, columns },
    shownAs:
      native + reduced === 0
        ? { kind: "nothing" }
        : (reduced > 0 && linesPerPair > 1) || isReduced
          ? { kind: "extremes", linesPerPair }
          : { kind: "lines" },
  };
}

interface Lines {
  readonly start: number;
  readonly stop: number;
}

interface Wanted {
  readonly isReduced: boolean;
  readonly wantsMaximum: boolean;
}

/** The lines that a place needs, whole numbers, at least one. */
function wholeLines({ start, stop }: Lines, isReduced: boolean, most: number): Lines {
  if (!isReduced) {
    const line = Math.min(most - 1, Math.max(0, Math.floor((start + stop) / 2)));
    return { start: line, stop: line + 1 };
  }
  const first = Math.min(most - 1, Math.max(0, Math.round(start)));
  return { start: first, stop: Math.min(most, Math.max(first + 1, Math.round(stop))) };
}

function stretchWith({ stretches, lines: most }: PixelLayers, lines: Lines): KymographStretch | undefined {
  const middle = Math.min(most - 1, Math.max(0, Math.floor((lines.start + lines.stop) / 2)));
  return stretches.findLast(
    ({ firstLine, plane }) => middle >= firstLine && middle < firstLine + plane.lines,
  );
}

function takeNative(
  { firstLine, plane }: KymographStretch,
  lines: Lines,
  { isReduced, wantsMaximum }: Wanted,
  into: Float64Array,
): void {
  const within = { start: lines.start - firstLine, stop: lines.stop - firstLine };
  takeExtremes(plane, wholeLines(within, isReduced, plane.lines), { step: 1, wantsMaximum }, into);
}

function takeOverview(
  overview: PixelPlane,
  { lines: most }: PixelLayers,
  lines: Lines,
  { isReduced, wantsMaximum }: Wanted,
  into: Float64Array,
): void {
  const bins = overview.lines / 2;
  const perBin = most / bins;
  const within = { start: lines.start / perBin, stop: lines.stop / perBin };
  if (isReduced && within.stop - within.start > 1) {
    const { start, stop } = wholeLines(within, true, bins);
    const offset = wantsMaximum ? 1 : 0;
    takeExtremes(overview, { start: 2 * start + offset, stop: 2 * stop }, { step: 2, wantsMaximum }, into);
    return;
  }
  // A bin is wider than a pair: its first half shows the minimum, its second half the maximum.
  const middle = isReduced
    ? within.start + (wantsMaximum ? 0.75 : 0.25) * (within.stop - within.start)
    : (within.start + within.stop) / 2;
  const half = Math.min(overview.lines - 1, Math.max(0, Math.floor(2 * middle)));
  takeExtremes(overview, { start: half, stop: half + 1 }, { step: 1, wantsMaximum }, into);
}

/** Writes the least or greatest of some lines into `into`, column by column. NaN does not count. */
function takeExtremes(
  { pixels, columns }: PixelPlane,
  { start, stop }: Lines,
  { step, wantsMaximum }: { readonly step: number; readonly wantsMaximum: boolean },
  into: Float64Array,
): void {
  for (let column = 0; column < columns; column++) {
    let best = Number.NaN;
    for (let line = start; line < stop; line += step) {
      const value = pixels[line * columns + column] ?? Number.NaN;
      if (Number.isNaN(best) || (wantsMaximum ? value > best : value < best)) {
        best = value;
      }
    }
    into[column] = best;
  }
}

const planes = new WeakMap<Overview, PixelPlane>();

/** An overview is drawn many times, and turned into values once. */
function valuesOf(overview: Overview): PixelPlane {
  const plane = planes.get(overview) ?? overviewPlane(overview);
  planes.set(overview, plane);
  return plane;
}
