// What a report holds of an image to draw it: sizes as JSON, and all numbers as the bytes of one deflated text.

/** The form that `packPicture` makes and a script of the page reads. */
export interface PackedPicture {
  readonly lines: number;
  readonly columns: number;
  readonly secondsPerLine: number | null;
  readonly umPerPx: number | null;
  readonly overview: PackedOverview | null;
  readonly stretch: PackedStretch | null;
  readonly rois: readonly unknown[];
  readonly traces: readonly PackedTrace[];
  readonly events: readonly PackedEvent[];
  /**
   * Raw deflate, then base64, of these bytes in turn: of the overview `bins × columns` steps of the minimum, then of the maximum;
   * of the stretch `lines × columns` steps; of each trace its centres, unless they are evenly spaced, as 32-bit numbers, then
   * its values and, if there are any, its shifts as 16-bit numbers, little-endian.
   */
  readonly bytes: string;
}

/** Pixel values in 64 steps, 0 is `low` and 63 is `high`; step 255 is a pixel without a number. */
interface PackedSteps {
  readonly low: number;
  readonly high: number;
}

export interface PackedOverview extends PackedSteps {
  readonly bins: number;
}

export interface PackedStretch extends PackedSteps {
  readonly firstLine: number;
  readonly lines: number;
}

/** Values are multiples of `step`; -32768 is a window without a number. */
export interface PackedNumbers {
  readonly step: number;
}

export interface PackedTrace {
  readonly roiId: number;
  readonly windows: number;
  readonly windowLines: number | null;
  /** Evenly spaced centres; null if they are among the bytes. */
  readonly centres: { readonly from: number; readonly step: number } | null;
  readonly velocity: PackedNumbers;
  /** By how many columns a streak moves: a multiple of the velocity, numbers of its own, or null if it is not known. */
  readonly shift: { readonly perVelocity: number } | PackedNumbers | null;
}

export interface PackedEvent {
  readonly roiId: number;
  readonly eventType: string | null;
  readonly startS: number | null;
  readonly endS: number | null;
}

export const LAST_STEP = 63;
export const NO_STEP = 255;
export const NO_NUMBER: number = -(2 ** 15);
