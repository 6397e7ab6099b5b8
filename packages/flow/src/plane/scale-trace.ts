// From lines and pixels to seconds and millimetres a second.

import type { FlowCalibration } from "./calibration.ts";
import type { VelocityTrace } from "./velocity-trace.ts";
import { STEPS_PER_WINDOW } from "./windows.ts";

/** When each window was, and what its pixels a line are in mm/s. */
export function scaleTrace(
  lineStart: number,
  windowLines: number,
  pxPerLine: Float64Array,
  { secondsPerLine, umPerPixel }: FlowCalibration,
): Pick<VelocityTrace, "centreLine" | "timeS" | "velocityMmPerS"> {
  const stepLines = windowLines / STEPS_PER_WINDOW;
  const centreLine = pxPerLine.map((_, window) => lineStart + window * stepLines + windowLines / 2);
  const isCalibrated = secondsPerLine !== null && umPerPixel !== null;
  return {
    centreLine,
    timeS: secondsPerLine === null ? null : centreLine.map((line) => line * secondsPerLine),
    velocityMmPerS: isCalibrated
      ? pxPerLine.map((speed) => ((umPerPixel / secondsPerLine) * speed) / 1000)
      : null,
  };
}
