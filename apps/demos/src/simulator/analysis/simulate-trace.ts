// Simulates the velocity trace that a windowed Radon analysis measures in a scan of known velocity.

import type { RoiBounds } from "@kym/roi";
import type { Random } from "../random.ts";
import { type ScanGeometry, secondsPerLine, statedCalibration, umPerPx } from "../scan-geometry.ts";
import { mean } from "./mean.ts";

/** Lines per window of the Radon analysis. The next window starts a quarter of that later. */
export const WINDOW_LINES = 16;

const STEP_LINES = WINDOW_LINES / 4;
const ANGLE_STEP_DEG = 0.25;
const ANGLE_NOISE_DEG = 0.3;
const SENTINEL_SHARE = 0.002;
const MISSING_SHARE = 0.005;
/** The float32 tangent of 90°. The analysis stores it for an infinite velocity. */
const TAN_90_DEG = -22_877_334;

/** The result of the lab's Radon analysis of one ROI, with one value per window. */
export interface VelocityTrace {
  /** Centres of the windows, from the image's first line. */
  readonly timeS: readonly number[];
  /** NaN if the analysis found nothing; about −10⁶ or beyond if it found an angle of 90°. */
  readonly velocityMmPerS: readonly number[];
  /** The true velocities, averaged over each window. */
  readonly trueMmPerS: readonly number[];
}

/**
 * Measures a scan as a windowed Radon transform would (Drew et al. 2010, J Comput Neurosci 29:5–11). Each window gives
 * the angle of its streaks, to 0.25° and with a little noise. The angle and the header's calibration give the velocity,
 * as float32.
 */
export function simulateTrace(
  geometry: ScanGeometry,
  velocityMmPerS: Float64Array,
  bounds: RoiBounds,
  random: Random,
): VelocityTrace {
  const stated = statedCalibration(geometry);
  const mmPerSOfPxPerLine = stated.umPerPx / stated.secondsPerLine / 1000;
  const pxPerLineOfMmPerS = (1000 * secondsPerLine(geometry)) / umPerPx(geometry);
  const firstLines = windowStarts(bounds);
  const trueMmPerS = firstLines.map((line) => mean(velocityMmPerS.subarray(line, line + WINDOW_LINES)));
  const measured = trueMmPerS.map((velocity) => {
    const angleDeg = (Math.atan(velocity * pxPerLineOfMmPerS) * 180) / Math.PI;
    const foundDeg =
      Math.round((angleDeg + ANGLE_NOISE_DEG * random.normal()) / ANGLE_STEP_DEG) * ANGLE_STEP_DEG;
    return Math.fround(mmPerSOfPxPerLine * Math.tan((foundDeg * Math.PI) / 180)) + 0;
  });
  for (const [share, value] of [
    [SENTINEL_SHARE, Math.fround(mmPerSOfPxPerLine * TAN_90_DEG)],
    [MISSING_SHARE, Number.NaN],
  ] as const) {
    for (let left = Math.max(2, Math.round(share * measured.length)); left > 0; left -= 1) {
      measured[Math.floor(random.uniform() * measured.length)] = value;
    }
  }
  return {
    timeS: firstLines.map((line) => Math.fround((line + WINDOW_LINES / 2) * stated.secondsPerLine)),
    velocityMmPerS: measured,
    trueMmPerS,
  };
}

/** Returns the first line of each window: floor(lines / step) − 3 windows, which leaves out partial ones at the end. */
function windowStarts({ dim0Start, dim0Stop }: RoiBounds): readonly number[] {
  const count = Math.floor((dim0Stop - dim0Start) / STEP_LINES) - 3;
  if (count < 1) {
    throw new RangeError(`a ROI of ${dim0Stop - dim0Start} lines holds no window of ${WINDOW_LINES}`);
  }
  return Array.from({ length: count }, (_, window) => dim0Start + window * STEP_LINES);
}
