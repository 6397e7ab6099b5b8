// The physical size of a pixel, from the header of an image's metadata.

import type { MetadataHeader } from "./metadata-header.ts";

/** The physical size of a pixel of the plane; null if the header does not give it in seconds or µm. */
export interface Calibration {
  /** Along the rows (dim0). */
  readonly secondsPerLine: number | null;
  /** Along the columns (dim1). */
  readonly umPerPx: number | null;
}

/**
 * Where a calibration is from. A header of a version before 0.3 does not say it.
 *
 * @see docs/formats.md, "Calibration"
 */
export const CALIBRATION_SOURCES = {
  /** A person or a program set it in the dataset or in `<stem>.metadata.json`. */
  noted: "noted",
  /** The sidecar `<stem>.tif.json` of acqstore. */
  acqstore: "acqstore",
  /** The header `<stem>.txt` of an Olympus microscope. */
  olympus: "olympus",
  /** The XML of Prairie View, beside the TIFFs of a Bruker microscope. */
  prairie: "prairie",
  /** The classic `<stem>.json` of the older application. */
  classicJson: "classic",
} as const;

const SECONDS: ReadonlySet<string> = new Set(["s", "sec"]);
/** The micro sign and the Greek letter mu look alike, but are two characters. */
const MICROMETRES: ReadonlySet<string> = new Set(["um", "\u00b5m", "\u03bcm"]);

/** Reads the steps of the last two axes, the plane. Steps in `px` and steps that are not above 0 give null. */
export function calibrationOf({
  voxels,
  voxelsUnits,
}: Pick<MetadataHeader, "voxels" | "voxelsUnits">): Calibration {
  return {
    secondsPerLine: stepIn(SECONDS, voxels?.at(-2), voxelsUnits?.at(-2)),
    umPerPx: stepIn(MICROMETRES, voxels?.at(-1), voxelsUnits?.at(-1)),
  };
}

/**
 * Where the calibration of the plane is from: a word of {@link CALIBRATION_SOURCES}, or the part of the TIFF that states it, such
 * as `imagej`. `noted` if one of the steps was; two words, joined by a comma, if rows and columns differ else. Null if neither is calibrated, or if nobody noted it.
 */
export function calibrationSourceOf(header: MetadataHeader): string | null {
  const { secondsPerLine, umPerPx } = calibrationOf(header);
  const { voxelsSource } = header;
  const sources = [
    secondsPerLine === null ? undefined : voxelsSource?.at(-2),
    umPerPx === null ? undefined : voxelsSource?.at(-1),
  ].filter((source) => source !== undefined && source !== "");
  return sources.length === 0
    ? null
    : sources.includes(CALIBRATION_SOURCES.noted)
      ? CALIBRATION_SOURCES.noted
      : [...new Set(sources)].join(", ");
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
