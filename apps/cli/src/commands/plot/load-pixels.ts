// Reads what a figure shows of an image's pixels, without having a long scan in memory.

import type { AcqImage } from "@kym/kym-dataset";
import { type Contrast, contrastOf, nearestLines, type PixelPlane, pixelPlaneOf } from "@kym/view";
import type { ReadOptions } from "@kym/zarr-store";
import type { ShownPixels, Stretch } from "../../figure/figure-facts.ts";
import { PLOT_WIDTH } from "../../figure/figure-style.ts";

/** Of a stretch of more lines, a figure shows this many. */
const MOST_LINES: number = 2 * PLOT_WIDTH;
/** How many pixels are read at a time. */
const PIXELS_AT_ONCE = 2 ** 24;
/** At most this many pixels decide the contrast. */
const PIXELS_FOR_CONTRAST = 2 ** 20;

export interface LoadedPixels {
  readonly shown: ShownPixels;
  readonly contrast: Contrast;
}

export interface PixelOptions extends ReadOptions {
  readonly channel: number;
  /** Of the image. */
  readonly columns: number;
  /** How many lines are shown. Default 1200, two for each unit of a figure. */
  readonly atMost?: number | undefined;
}

/**
 * Loads a stretch: its lines, or if they are too many the line in the middle of each bin, which keeps the contrast of
 * streaks; and the contrast of the stretch.
 */
export async function loadPixels(
  image: AcqImage,
  stretch: Stretch,
  { channel, columns, atMost = MOST_LINES, ...options }: PixelOptions,
): Promise<LoadedPixels> {
  const lines = stretch.stop - stretch.start;
  const shown = nearestLines(lines, atMost);
  const sampled = nearestLines(lines, Math.max(1, Math.floor(PIXELS_FOR_CONTRAST / columns)));
  const [pixels, samples] = [
    new Float64Array(shown.length * columns),
    new Float64Array(sampled.length * columns),
  ];
  const atOnce = Math.max(1, Math.floor(PIXELS_AT_ONCE / columns));
  for (let first = 0; first < lines; first += atOnce) {
    const rows = {
      start: stretch.start + first,
      stop: Math.min(stretch.stop, stretch.start + first + atOnce),
    };
    const plane = pixelPlaneOf(await image.getSlice2d({ channel, rows }, options));
    takeLines(plane, first, shown, pixels);
    takeLines(plane, first, sampled, samples);
  }
  return {
    shown: {
      stretch,
      plane: { pixels, lines: shown.length, columns },
      linesPerBin: shown.length === lines ? undefined : lines / shown.length,
    },
    contrast: contrastOf(samples),
  };
}

/** Copies those of the wanted lines that a plane has; its first line is line `first` of the stretch. */
function takeLines(plane: PixelPlane, first: number, wanted: readonly number[], into: Float64Array): void {
  const { pixels, lines, columns } = plane;
  for (const [index, line] of wanted.entries()) {
    if (line >= first && line < first + lines) {
      into.set(pixels.subarray((line - first) * columns, (line - first + 1) * columns), index * columns);
    }
  }
}
