// How large a pixel is in time and space, if that is known.

import { refuse } from "../errors.ts";

/** The size of a pixel; null where it is not known. */
export interface FlowCalibration {
  /** Seconds from one line to the next. */
  readonly secondsPerLine: number | null;
  /** Micrometres from one column to the next. */
  readonly umPerPixel: number | null;
}

/** @throws {FlowError} `invalid_argument` for a size that is neither null nor a positive finite number */
export function requireCalibration({ secondsPerLine, umPerPixel }: FlowCalibration): void {
  requireSize("secondsPerLine", secondsPerLine);
  requireSize("umPerPixel", umPerPixel);
}

function requireSize(path: string, value: number | null): void {
  if (value !== null && !(value > 0 && Number.isFinite(value))) {
    throw refuse(path, "null or a positive number", value);
  }
}
