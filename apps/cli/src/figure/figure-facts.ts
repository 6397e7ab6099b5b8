// What a figure shows: everything is read and decided before it is drawn.

import type { RoiEvent, RoiTrace } from "@kym/kym-dataset";
import type { Roi } from "@kym/roi";
import type { Contrast, PaletteName, PixelPlane, PixelSize } from "@kym/view";

/** Lines of a scan, half open. */
export interface Stretch {
  readonly start: number;
  readonly stop: number;
}

/** The pixels of a stretch: all of its lines, or the line in the middle of each bin. */
export interface ShownPixels {
  readonly stretch: Stretch;
  readonly plane: PixelPlane;
  /** How many lines one bin covers; undefined if all lines are shown. */
  readonly linesPerBin: number | undefined;
}

export interface FigureFacts {
  /** The file's name, or the id. */
  readonly title: string;
  /** Size and calibration of the scan, in words. */
  readonly subtitle: string;
  readonly pixelSize: PixelSize;
  readonly palette: PaletteName;
  readonly contrast: Contrast;
  /** What the figure is about: the whole scan, or a stretch of it. The traces are on its axis. */
  readonly main: ShownPixels;
  /** A stretch of native lines, shown large below; undefined if `main` has native lines itself. */
  readonly detail: ShownPixels | undefined;
  /** Those of the channel. */
  readonly rois: readonly Roi[];
  /** The number of columns of the image. */
  readonly columns: number;
  readonly traces: readonly RoiTrace[];
  /** Those in `main`. */
  readonly events: readonly RoiEvent[];
  /** Sentences that belong below the figure. */
  readonly notes: readonly string[];
}
