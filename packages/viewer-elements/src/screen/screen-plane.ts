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

/** The values at each place of a screen: `width` places, each with the columns of the image. NaN where nothing is there. */
export interface ScreenPlane {
  readonly width: number;
  readonly columns: number;
  /** `width × columns`. The same as `maximum` where native lines are shown. */
  readonly minimum: Float64Array;
  readonly maximum: Float64Array;
  /** 1 for each place that shows the overview. */
  readonly isOverview: Uint8Array;
  readonly shownAs: ShownAs;
}

/**
 * The values of a stretch, at `width` places along an axis: where native lines are there, those of the line at the middle of the
 * place; otherwise the minimum and the maximum of the bins of the overview that begin in it. A mean would hide the streaks.
 *
 * @param axis lines, from place 0 up to place `width`
 */
export function screenPlane(layers: PixelLayers, axis: Axis, width: number): ScreenPlane {
  const { columns, lines } = layers;
  const minimum = new Float64Array(width * columns).fill(Number.NaN);
  const maximum = minimum.slice();
  const isOverview = new Uint8Array(width);
  const overview = layers.overview === undefined ? undefined : valuesOf(layers.overview);
  const linesPerPlace = Math.abs((axis.to - axis.from) / (axis.stop - axis.start));
  const linesPerBin = lines / Math.max(1, layers.overview?.bins ?? 1);
  let native = 0;
  for (let place = 0; place < width; place++) {
    const line = Math.min(lines - 1, Math.max(0, Math.floor(fromScreen(axis, place + 0.5))));
    const stretch = stretchWith(layers, line);
    if (stretch !== undefined) {
      native++;
      const at = (line - stretch.firstLine) * columns;
      minimum.set(stretch.plane.pixels.subarray(at, at + columns), place * columns);
    } else if (overview !== undefined) {
      isOverview[place] = 1;
      const [from, to] = [fromScreen(axis, place) / linesPerBin, fromScreen(axis, place + 1) / linesPerBin];
      const bins = binsBetween(from, to, overview.lines / 2);
      takeExtremes(overview, bins, minimum.subarray(place * columns), maximum.subarray(place * columns));
    }
  }
  copyNative(isOverview, columns, minimum, maximum);
  return {
    ...{ width, columns, minimum, maximum, isOverview },
    shownAs: isOverview.includes(1)
      ? { kind: "extremes", lines: Math.max(linesPerBin, linesPerPlace) }
      : native === 0
        ? { kind: "nothing" }
        : linesPerPlace <= 1
          ? { kind: "lines" }
          : { kind: "nearest", lines: linesPerPlace },
  };
}

function stretchWith({ stretches }: PixelLayers, line: number): KymographStretch | undefined {
  return stretches.findLast(({ firstLine, plane }) => line >= firstLine && line < firstLine + plane.lines);
}

/** The bins that begin between two positions, or the one that holds the middle: so each bin is at one place at least. */
function binsBetween(
  from: number,
  to: number,
  bins: number,
): { readonly first: number; readonly stop: number } {
  const [first, stop] = [Math.ceil(from), Math.ceil(to)];
  const one = Math.min(bins - 1, Math.max(0, Math.floor((from + to) / 2)));
  return stop > first && first < bins && first >= 0
    ? { first, stop: Math.min(bins, stop) }
    : { first: one, stop: one + 1 };
}

function takeExtremes(
  { pixels, columns }: PixelPlane,
  { first, stop }: { readonly first: number; readonly stop: number },
  minimum: Float64Array,
  maximum: Float64Array,
): void {
  for (let bin = first; bin < stop; bin++) {
    for (let column = 0; column < columns; column++) {
      const least = pixels[2 * bin * columns + column] ?? Number.NaN;
      const greatest = pixels[(2 * bin + 1) * columns + column] ?? Number.NaN;
      if (!(least >= (minimum[column] ?? Number.NaN)) && !Number.isNaN(least)) {
        minimum[column] = least;
      }
      if (!(greatest <= (maximum[column] ?? Number.NaN)) && !Number.isNaN(greatest)) {
        maximum[column] = greatest;
      }
    }
  }
}

function copyNative(
  isOverview: Uint8Array,
  columns: number,
  minimum: Float64Array,
  maximum: Float64Array,
): void {
  for (const [place, flag] of isOverview.entries()) {
    if (flag === 0) {
      maximum.set(minimum.subarray(place * columns, (place + 1) * columns), place * columns);
    }
  }
}

const planes = new WeakMap<Overview, PixelPlane>();

/** An overview is drawn many times, and turned into values once. */
export function valuesOf(overview: Overview): PixelPlane {
  const plane = planes.get(overview) ?? overviewPlane(overview);
  planes.set(overview, plane);
  return plane;
}
