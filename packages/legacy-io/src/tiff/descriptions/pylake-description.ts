// Reads what lumicks-pylake writes about a kymograph into `ImageDescription`.

import { type AxisCalibration, axisCalibration } from "./axis-calibration.ts";
import { parseJson } from "./shaped-description.ts";

/** What the JSON of `Kymo.export_tiff` of lumicks-pylake 0.13 to 1.8 says. Its rows are places and its columns are lines. */
export interface PylakeDescription {
  /** Places along the line: the rows of the image. */
  readonly places: number;
  readonly calibration: readonly AxisCalibration[];
}

const MAX_LENGTH = 2 ** 16;
const LINE_TIME = "Line time (s)";
const PIXEL_SIZE = "Pixel size (um)";
const PIXEL_COUNT = "Number of pixels";
const SCAN_AXES = "Scan axes";
const CAMERA = "Camera";
const KYMOGRAPH = "ConfocalKymo";

/**
 * Reads pylake's description of a kymograph: it has a line time, or says so by its camera. Undefined for any other text, also for
 * its images of two scan axes.
 *
 * The step of a line is `Line time (s)`. `Pixel time (s)` times the pixels would be less: between two lines the scanner turns.
 */
export function parsePylakeDescription(text: string): PylakeDescription | undefined {
  if (!text.startsWith("{") || text.length > MAX_LENGTH || !text.includes(SCAN_AXES)) {
    return undefined;
  }
  const root = membersOf(parseJson(text));
  if (!root.has(LINE_TIME) && root.get(CAMERA) !== KYMOGRAPH) {
    return undefined;
  }
  const axes = root.get(SCAN_AXES);
  const [axis, ...further] = Array.isArray(axes) ? axes.map(membersOf) : [];
  const places = axis?.get(PIXEL_COUNT);
  if (axis === undefined || further.length > 0 || typeof places !== "number") {
    return undefined;
  }
  return {
    places,
    calibration: [
      axisCalibration("x", numberOf(axis.get(PIXEL_SIZE)), "um", "pylake"),
      axisCalibration("t", numberOf(root.get(LINE_TIME)), "s", "pylake"),
    ].filter((calibration) => calibration !== undefined),
  };
}

function membersOf(value: unknown): ReadonlyMap<string, unknown> {
  return new Map(typeof value === "object" && value !== null ? Object.entries(value) : []);
}

function numberOf(value: unknown): number {
  return typeof value === "number" ? value : Number.NaN;
}
