// The physical size of a pixel, from the header of an image's metadata.

import type { MetadataHeader } from "./metadata-header.ts";

/** The physical size of a pixel of the plane; null if the header does not give it in seconds or µm. */
export interface Calibration {
  /** Along the rows (dim0). */
  readonly secondsPerLine: number | null;
  /** Along the columns (dim1). */
  readonly umPerPx: number | null;
}

const SECONDS: ReadonlySet<string> = new Set(["s", "sec"]);
/** The micro sign and the Greek letter mu look alike, but are two characters. */
const MICROMETRES: ReadonlySet<string> = new Set(["um", "\u00b5m", "\u03bcm"]);

/** Reads the steps of the last two axes, the plane. Steps in `px` and steps that are not above 0 give null. */
export function calibrationOf({ voxels, voxelsUnits }: MetadataHeader): Calibration {
  return {
    secondsPerLine: stepIn(SECONDS, voxels?.at(-2), voxelsUnits?.at(-2)),
    umPerPx: stepIn(MICROMETRES, voxels?.at(-1), voxelsUnits?.at(-1)),
  };
}

function stepIn(
  units: ReadonlySet<string>,
  step: number | undefined,
  unit: string | undefined,
): number | null {
  return step !== undefined && unit !== undefined && units.has(unit) && step > 0 ? step : null;
}

/** The microscope rounds the time of a whole scan to milliseconds, which is up to 1 in 70 000 for a line. */
const ROUNDING = 1e-4;

/** Whether two steps are the same to one part in ten thousand: then one may be the other, rounded. */
export function isSameStep(a: number, b: number): boolean {
  return Math.abs(a - b) <= ROUNDING * Math.max(Math.abs(a), Math.abs(b));
}
