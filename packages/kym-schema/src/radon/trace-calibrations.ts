// Reads from a velocity trace which calibration each of its analyses used.

import { analysisRunKey } from "./analysis-runs.ts";
import type { UsedCalibration } from "./used-calibration.ts";

/** The cells of a trace, one per row in each column; an absent column is empty. */
export interface TraceCells {
  readonly roiId: ArrayLike<unknown>;
  /** Channel 1 if it is absent. */
  readonly channel: ArrayLike<unknown>;
  /** µm. */
  readonly umPerPx: ArrayLike<unknown>;
  /** Seconds. */
  readonly secondsPerLine: ArrayLike<unknown>;
}

const FIRST_CHANNEL = 1;

/**
 * The calibration that each analysis of a trace used, by `analysisRunKey`. A step that is absent, not above 0, or not the
 * same in all rows of an analysis is not known.
 */
export function calibrationsOfTrace(cells: TraceCells): ReadonlyMap<string, UsedCalibration> {
  const found = new Map<string, UsedCalibration>();
  for (let row = 0; row < cells.roiId.length; row++) {
    const [roiId, channel] = [cells.roiId[row], cells.channel[row] ?? FIRST_CHANNEL];
    if (!isId(roiId) || !isId(channel)) {
      continue;
    }
    const key = analysisRunKey(roiId, channel);
    const here = { umPerPx: stepOf(cells.umPerPx[row]), secondsPerLine: stepOf(cells.secondsPerLine[row]) };
    const before = found.get(key) ?? here;
    if (before.umPerPx === here.umPerPx && before.secondsPerLine === here.secondsPerLine) {
      found.set(key, before);
    } else {
      found.set(key, {
        umPerPx: before.umPerPx === here.umPerPx ? here.umPerPx : undefined,
        secondsPerLine: before.secondsPerLine === here.secondsPerLine ? here.secondsPerLine : undefined,
      });
    }
  }
  return found;
}

function isId(value: unknown): value is number | bigint {
  return typeof value === "bigint" || Number.isSafeInteger(value);
}

function stepOf(value: unknown): number | undefined {
  return typeof value === "number" && Number.isFinite(value) && value > 0 ? value : undefined;
}
