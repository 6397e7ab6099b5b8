// What an element shows: a kymograph with what was measured of it. Pages make it by hand, and are checked.

import type { Roi } from "@kym/roi";
import type { Contrast, Overview, PixelPlane, PixelSize } from "@kym/view";
import type { TimeRange } from "./time-range.ts";

/** Native lines of a kymograph. */
export interface KymographStretch {
  /** The number of its first line. */
  readonly firstLine: number;
  readonly plane: PixelPlane;
}

/** The velocities of one ROI, one number for each window; NaN where nothing was measured. `RoiTrace` of `@kym/kym-dataset` is one. */
export interface KymographTrace {
  readonly roiId: number;
  /** The centre of each window, in lines from the image's first, in ascending order. */
  readonly centreLine: Float64Array;
  readonly velocityMmPerS: Float64Array;
  /** Without outliers. All NaN, or absent, if the program that measured does not clean. */
  readonly cleanMmPerS?: Float64Array | undefined;
  /** By how many columns a streak moves from one line to the next. Without it no slopes are drawn. */
  readonly pxPerLine?: Float64Array | undefined;
  /** How many lines a window has. */
  readonly windowLines?: number | null | undefined;
}

/** An event of a trace. `RoiEvent` of `@kym/kym-dataset` is one. */
export interface KymographEvent {
  readonly roiId: number;
  /** Such as `baseline_drop`. */
  readonly eventType: string | null;
  /** Seconds from the first line; null if it is not known. */
  readonly startS: number | null;
  /** Null for an event without an end. */
  readonly endS: number | null;
}

/** What was measured. */
export interface KymographResults {
  readonly traces: readonly KymographTrace[];
  readonly events: readonly KymographEvent[];
}

/** A kymograph whose parts are known to fit together. */
export interface Kymograph extends KymographResults {
  /** What a person calls it. */
  readonly name: string;
  readonly size: { readonly lines: number; readonly columns: number };
  readonly pixelSize: PixelSize;
  readonly overview: Overview | undefined;
  readonly stretches: readonly KymographStretch[];
  /** Loads native lines, of which `stretches` has not got all. */
  readonly loadLines:
    | ((stretch: TimeRange, options: { readonly signal: AbortSignal }) => Promise<PixelPlane>)
    | undefined;
  /** Loads what was measured, if it is not there from the beginning. */
  readonly loadResults:
    | ((options: { readonly signal: AbortSignal }) => Promise<KymographResults>)
    | undefined;
  readonly rois: readonly Roi[];
  /** Which values are darkest and brightest; undefined for percentiles. */
  readonly contrast: Contrast | undefined;
}

/** What a page sets as `data`. One of `plane`, `overview`, `stretches`, `loadLines` and `traces` is needed; without a plane, `size` is. */
export interface KymographData extends Partial<Omit<Kymograph, "pixelSize" | "contrast">> {
  /** All pixels: lines × columns. */
  readonly plane?: PixelPlane | undefined;
  /** Null where it is not known, as is what is absent: axes are then in lines and pixels. */
  readonly pixelSize?: Partial<PixelSize> | undefined;
  readonly contrast?: Contrast | undefined;
}
