// Velocity without outliers: by the lab's rule, and by one that missing windows do not upset.

import { makeBreathe } from "../breathe.ts";
import { breathing, type InPieces, mapInPieces } from "../pieces.ts";
import type { FlowCalibration } from "../plane/calibration.ts";
import { finiteMoments } from "../statistics/finite-moments.ts";
import { finiteRunningMedian, labRunningMedian } from "./running-median.ts";

/** The tangent of 90° in the lab's single precision. */
const LAB_TANGENT_OF_90 = -2.2877334e7;
const RIGHT_ANGLE_DEG = 90;
const DEVIATIONS = 2;

/** Whose rule: the lab's, or ours by the median of finite values. */
export type CleaningVersion = "lab" | "finite_median";

/** Name and version of what cleans by each rule. */
export const CLEANING_ALGORITHMS: Readonly<Record<CleaningVersion, string>> = Object.freeze({
  lab: "kymflow.clean@1",
  finite_median: "kym.clean.finite_median@1",
});

export interface CleanVelocityInput extends FlowCalibration {
  /** mm/s, NaN where a window has no velocity. */
  readonly velocityMmPerS: Float64Array;
  /** The angle of each window. The lab's rule needs it where the velocity at 90° is NaN. */
  readonly thetaDeg?: Float64Array | undefined;
  /** Default `finite_median`. */
  readonly version?: CleaningVersion | undefined;
  /** Whether values are cut before the running median. False for a trace whose outliers are cut already. Default true. */
  readonly cut?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Velocity in mm/s with outliers cut beyond mean ± 2 SD (of the population), then a running median of three.
 *
 * - `lab` takes mean and SD with the velocity of 90° as the lab's single precision has it, dx/dt · (−2.2877334e7) ÷ 1000,
 *   and its running median pads with zeros and lets a NaN spoil more windows than it reaches.
 * - `finite_median` takes mean and SD of the finite velocities, and the median of the finite ones among a window and its
 *   two neighbours.
 */
export async function cleanVelocity(input: CleanVelocityInput): Promise<Float64Array> {
  input.signal?.throwIfAborted();
  const { version = "finite_median", cut = true } = input;
  const breathe = makeBreathe(input.signal);
  const given =
    version === "lab" && cut ? await breathing(withLabTangent(input), breathe) : input.velocityMmPerS;
  const velocity = cut ? await breathing(cutOutliers(given), breathe) : given;
  return version === "lab" ? labRunningMedian(velocity, breathe) : finiteRunningMedian(velocity, breathe);
}

function* cutOutliers(velocity: Float64Array): InPieces<Float64Array> {
  const { mean, sd } = yield* finiteMoments(velocity);
  const low = mean - DEVIATIONS * sd;
  const high = mean + DEVIATIONS * sd;
  return yield* mapInPieces(velocity, (value) => (value < low || value > high ? Number.NaN : value));
}

/** The lab's trace has a velocity at 90°, if pixels have a size. */
function* withLabTangent(input: CleanVelocityInput): InPieces<Float64Array> {
  const { velocityMmPerS, thetaDeg, secondsPerLine, umPerPixel } = input;
  if (thetaDeg === undefined || secondsPerLine === null || umPerPixel === null) {
    return velocityMmPerS;
  }
  const vertical = ((umPerPixel / secondsPerLine) * LAB_TANGENT_OF_90) / 1000;
  return yield* mapInPieces(velocityMmPerS, (value, window) =>
    thetaDeg[window] === RIGHT_ANGLE_DEG ? vertical : value,
  );
}
