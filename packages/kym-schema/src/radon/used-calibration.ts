// The calibration that an analysis used, and whether an image still has it.

import { type Calibration, isSameStep } from "../metadata/calibration.ts";

/** The steps that an analysis computed times and velocities with; undefined if they are not known. */
export interface UsedCalibration {
  readonly umPerPx: number | undefined;
  readonly secondsPerLine: number | undefined;
}

/**
 * Compares the calibration that an analysis used with the one that its image has. Steps count as the same if
 * {@link isSameStep} says so, or if neither side has one: an image without calibration, analysed in px and lines. `unknown` if
 * none differs, but only one side has one.
 */
export function compareCalibration(
  used: UsedCalibration,
  now: Calibration,
): "same" | "different" | "unknown" {
  const pairs = [
    [used.umPerPx, now.umPerPx ?? undefined],
    [used.secondsPerLine, now.secondsPerLine ?? undefined],
  ] as const;
  const steps = pairs.map(([then, step]) => {
    if (then === undefined || step === undefined) {
      return then === step ? "same" : "unknown";
    }
    return isSameStep(then, step) ? "same" : "different";
  });
  return steps.find((step) => step === "different") ?? steps.find((step) => step === "unknown") ?? "same";
}
