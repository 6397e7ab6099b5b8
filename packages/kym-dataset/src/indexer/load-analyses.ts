// Lists the analyses of an image, with the calibration that each used and whether it is still of what is there now.

import { type AnalysisState, isKymSchemaError } from "@kym/kym-schema";
import type { UsedCalibration } from "@kym/kym-schema/calibration";
import { isZarrStoreError, type ReadOptions, type ZarrImageRecord } from "@kym/zarr-store";
import { loadImageContext } from "./image-context.ts";

/** The analysis of one ROI and channel, as `radon/analysis` names it. */
export interface ImageAnalysis {
  readonly roiId: number;
  /** From 1. */
  readonly channel: number;
  readonly calibration: UsedCalibration;
  readonly state: AnalysisState;
}

/**
 * Lists the analyses of an image, in stored order; none if it has no `radon/analysis`, or one that cannot be read, which
 * `updateIndex` reports. Reads no pixels.
 *
 * @example
 * const changed = (await loadAnalyses(record)).filter(({ state }) => state === "calibration_changed");
 * @throws {ZarrStoreError} errors of reading the image, but not `invalid_file`
 */
export async function loadAnalyses(
  record: ZarrImageRecord,
  options: ReadOptions = {},
): Promise<readonly ImageAnalysis[]> {
  const context = await loadImageContext(record, options).catch((error: unknown) => {
    if (isKymSchemaError(error, "invalid_metadata") || isZarrStoreError(error, "invalid_file")) {
      return undefined;
    }
    throw error;
  });
  const { runs = [], states } = context ?? {};
  return [...runs].map(([key, { roiId, channel, calibration }]) => ({
    ...{ roiId, channel, calibration },
    state: states?.get(key) ?? "unknown",
  }));
}
