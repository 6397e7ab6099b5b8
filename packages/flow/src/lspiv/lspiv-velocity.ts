// Velocity by line-scan particle image velocimetry, a method that shares nothing with the Radon transform.

import { makeBreathe } from "../breathe.ts";
import { refuse } from "../errors.ts";
import { breathing } from "../pieces.ts";
import { type FlowCalibration, requireCalibration } from "../plane/calibration.ts";
import { columnMeans } from "../plane/column-means.ts";
import { type FlowPlane, type FlowRegion, regionOf } from "../plane/plane.ts";
import { scaleTrace } from "../plane/scale-trace.ts";
import type { VelocityTrace } from "../plane/velocity-trace.ts";
import { requireWindow, STEPS_PER_WINDOW, windowCountOf } from "../plane/windows.ts";
import { correlationPeak } from "./correlation-peak.ts";
import { LineSpectra } from "./line-spectra.ts";

export interface LspivVelocityOptions extends FlowCalibration {
  /** Lines in a window, a multiple of 4. Default 16. */
  readonly windowLines?: number | undefined;
  /** Lines from one to the one that it is correlated with. Default 1. */
  readonly shiftLines?: number | undefined;
  /** Default: the whole plane. */
  readonly region?: FlowRegion | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Called now and then with the number of windows that are done. */
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

/** What `lspivVelocity` gives, for the same windows as `radonVelocity`. NaN for a window without a number. */
export interface LspivVelocityTrace extends VelocityTrace {
  readonly shiftLines: number;
  /** How far the pattern moved in `shiftLines` lines. */
  readonly shiftPx: Float64Array;
  /** The correlation at the peak: 1 if the pattern only moved. */
  readonly correlation: Float64Array;
}

/** Name and version of what computes velocities by correlation. */
export const LSPIV_ALGORITHM = "kym.lspiv@1";
const DEFAULT_WINDOW_LINES = 16;
const DEFAULT_SHIFT_LINES = 1;

/**
 * Velocity by correlation. The mean of each column of the region is subtracted; each line of a window is correlated with
 * the one `shiftLines` later, by FFT; the sum over the window has its peak where the pattern went, between pixels by a
 * Gaussian through three values. Velocity is the peak's place ÷ `shiftLines`, at most half of the columns a shift.
 *
 * From Kim et al., PLoS ONE 7(6):e38590 (2012), doi:10.1371/journal.pone.0038590. The same input gives the same bits in every
 * runtime.
 *
 * @throws {FlowError} `invalid_argument` for a window, shift, region, plane or calibration that makes no sense
 * @throws the reason of `signal`
 */
export async function lspivVelocity(
  plane: FlowPlane,
  options: LspivVelocityOptions,
): Promise<LspivVelocityTrace> {
  const { windowLines = DEFAULT_WINDOW_LINES, shiftLines = DEFAULT_SHIFT_LINES, signal } = options;
  const region = regionOf(plane, options.region);
  requireWindow(windowLines);
  requireCalibration(options);
  if (!Number.isSafeInteger(shiftLines) || shiftLines < 1 || shiftLines >= windowLines) {
    throw refuse("shiftLines", "a whole number from 1, less than windowLines", shiftLines);
  }
  signal?.throwIfAborted();
  const breathe = makeBreathe(signal);
  const windowCount = windowCountOf(region, windowLines);
  const stepLines = windowLines / STEPS_PER_WINDOW;
  const most = Math.floor((region.columnStop - region.columnStart) / 2);
  const means = await breathing(columnMeans(plane, region), breathe);
  const spectra = new LineSpectra(plane, region, means, windowLines);
  const shiftPx = new Float64Array(windowCount);
  const correlation = new Float64Array(windowCount);
  for (let window = 0; window < windowCount; window += 1) {
    const first = region.lineStart + window * stepLines;
    const peak = correlationPeak(spectra.correlation(first, windowLines, shiftLines, most));
    shiftPx[window] = peak.shift;
    correlation[window] = Number.isFinite(peak.value) ? peak.value : Number.NaN;
    const pause = breathe();
    if (pause !== undefined) {
      options.onProgress?.(window + 1, windowCount);
      await pause;
    }
  }
  options.onProgress?.(windowCount, windowCount);
  const pxPerLine = shiftPx.map((shift) => shift / shiftLines);
  return {
    algorithm: LSPIV_ALGORITHM,
    windowLines,
    shiftLines,
    stepLines,
    windowCount,
    ...scaleTrace(region.lineStart, windowLines, pxPerLine, options),
    pxPerLine,
    shiftPx,
    correlation,
  };
}
