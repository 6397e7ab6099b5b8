import type { RoiBounds } from "@kym/roi";
import type { Random } from "../random.ts";
import { type ScanGeometry, secondsPerLine, statedCalibration, umPerPx } from "../scan-geometry.ts";
import { mean } from "./mean.ts";

/** Lines in a window of the Radon analysis; the next window begins a quarter of that later. */
export const WINDOW_LINES = 16;

const STEP_LINES = WINDOW_LINES / 4;
const ANGLE_STEP_DEG = 0.25;
const ANGLE_NOISE_DEG = 0.3;
const SENTINEL_SHARE = 0.002;
const MISSING_SHARE = 0.005;
/** The float32 tangent of 90°: how the analysis stores a velocity that it takes for infinite. */
const TAN_90_DEG = -22_877_334;

/** What the lab's Radon analysis of one ROI gave, one value per window. */
export interface VelocityTrace {
  /** Centres of the windows, from the image's first line. */
  readonly timeS: readonly number[];
  /** NaN where the analysis gave nothing; about −10⁶ and beyond where it found a streak across the time axis. */
  readonly velocityMmPerS: readonly number[];
  /** What it should have measured. */
  readonly trueMmPerS: readonly number[];
}

/**
 * Measures a scan as the windowed Radon transform would: in each window the angle of the streaks, to 0.25°, with a
 * little noise, and from it the velocity by the calibration that the header states, as float32.
 * Source: `kymograph-formats.md` §4.1.
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

/** The first line of each window: floor(lines / step) − 3 of them, so that the last partial ones are left out. */
function windowStarts({ dim0Start, dim0Stop }: RoiBounds): readonly number[] {
  const count = Math.floor((dim0Stop - dim0Start) / STEP_LINES) - 3;
  if (count < 1) {
    throw new RangeError(`a ROI of ${dim0Stop - dim0Start} lines holds no window of ${WINDOW_LINES}`);
  }
  return Array.from({ length: count }, (_, window) => dim0Start + window * STEP_LINES);
}
