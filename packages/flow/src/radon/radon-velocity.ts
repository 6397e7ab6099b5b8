// Velocity by the windowed Radon transform.

import { makeBreathe } from "../breathe.ts";
import { breathing } from "../pieces.ts";
import { type FlowCalibration, requireCalibration } from "../plane/calibration.ts";
import { columnMeans } from "../plane/column-means.ts";
import { type FlowPlane, type FlowRegion, regionOf } from "../plane/plane.ts";
import { scaleTrace } from "../plane/scale-trace.ts";
import type { VelocityTrace } from "../plane/velocity-trace.ts";
import { requireWindow, STEPS_PER_WINDOW, windowCountOf } from "../plane/windows.ts";
import { withTransform } from "./with-transform.ts";

export interface RadonVelocityOptions extends FlowCalibration {
  /** Lines in a window, a multiple of 4. Default 16. */
  readonly windowLines?: number | undefined;
  /** Default: the whole plane. */
  readonly region?: FlowRegion | undefined;
  /** Subtracts the mean of each column of the region first: an algorithm with a version of its own. Default false. */
  readonly removeStaticColumns?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Called now and then with the number of windows that are done. */
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

/** What `radonVelocity` gives. All arrays are float64, one number a window; NaN for a window without a number. */
export interface RadonVelocityTrace extends VelocityTrace {
  /** The angle, in degrees from −2 to 181: tan θ is pixels a line. 90 where nothing slants. */
  readonly thetaDeg: Float64Array;
  /** (best − second) ÷ best of the scores, the lesser of coarse and fine. */
  readonly margin: Float64Array;
  /** The best score ÷ the median of the coarse scores. */
  readonly peakRatio: Float64Array;
  /** Population SD of the fine scores ÷ the best of them. */
  readonly spread: Float64Array;
}

/** Name and version of what computes velocities by the Radon transform. */
export const RADON_ALGORITHM = "kym.radon@1";
/** The same, after the mean of each column was subtracted. */
export const RADON_COLUMNS_REMOVED_ALGORITHM = "kym.radon.static_columns_removed@1";
const DEFAULT_WINDOW_LINES = 16;

/**
 * Velocity of a pattern that moves along the columns while lines go by, in windows of W lines a quarter of a window
 * apart: floor(lines ÷ (W/4)) − 3 windows. A window minus its mean is rotated by 0, 1 … 179°, then by quarters of a
 * degree about the best; the score of an angle is the population variance of the sums along rows; the first of the
 * largest scores wins. Velocity is dx/dt · tan θ.
 *
 * At 90° the velocity is NaN. A window whose pixels are all the same, or not all finite, has no number at all.
 *
 * From Drew, Blinder, Cauwenberghs, Shih & Kleinfeld, J Comput Neurosci 29:5–11 (2010),
 * doi:10.1007/s10827-009-0159-1. The same input gives the same bits in every runtime.
 *
 * @throws {FlowError} `invalid_argument` for a window, region, plane or calibration that makes no sense
 * @throws the reason of `signal`
 */
export async function radonVelocity(
  plane: FlowPlane,
  options: RadonVelocityOptions,
): Promise<RadonVelocityTrace> {
  const { windowLines = DEFAULT_WINDOW_LINES, removeStaticColumns = false, signal } = options;
  const region = regionOf(plane, options.region);
  requireWindow(windowLines);
  requireCalibration(options);
  signal?.throwIfAborted();
  const breathe = makeBreathe(signal);
  const windowCount = windowCountOf(region, windowLines);
  const columns = region.columnStop - region.columnStart;
  const none = (): Float64Array => new Float64Array(windowCount).fill(Number.NaN);
  const found = {
    thetaDeg: none(),
    pxPerLine: none(),
    margin: none(),
    peakRatio: none(),
    spread: none(),
  };
  const means = removeStaticColumns ? await breathing(columnMeans(plane, region), breathe) : undefined;
  const source = { plane, region, columnMeans: means };
  if (windowCount > 0 && columns > 0) {
    await withTransform({ lines: windowLines, columns }, async (transform) => {
      for (let first = 0; first < windowCount; first += transform.windowCount) {
        const count = Math.min(transform.windowCount, windowCount - first);
        const angles = await transform.bestAngles(source, first, count, breathe);
        for (const [index, angle] of angles.entries()) {
          found.thetaDeg[first + index] = angle.thetaDeg;
          found.pxPerLine[first + index] = angle.pxPerLine;
          found.margin[first + index] = angle.margin;
          found.peakRatio[first + index] = angle.peakRatio;
          found.spread[first + index] = angle.spread;
        }
        options.onProgress?.(first + count, windowCount);
      }
    });
  }
  return {
    algorithm: removeStaticColumns ? RADON_COLUMNS_REMOVED_ALGORITHM : RADON_ALGORITHM,
    windowLines,
    stepLines: windowLines / STEPS_PER_WINDOW,
    windowCount,
    ...scaleTrace(region.lineStart, windowLines, found.pxPerLine, options),
    ...found,
  };
}
