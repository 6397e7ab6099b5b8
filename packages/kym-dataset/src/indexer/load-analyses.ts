// Lists the analyses of an image, with the calibration that each used and whether it is still of what is there now.

import type { AnalysisState } from "@kym/kym-schema";
import type { UsedCalibration } from "@kym/kym-schema/calibration";
import type { ReadOptions, ZarrImageRecord } from "@kym/zarr-store";
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
 * Lists the analyses of an image, in stored order; none if it has no `radon/analysis`. Reads no pixels.
 *
 * @throws {KymSchemaError} `invalid_metadata` if the analysis runs are not a JSON object
 * @throws {ZarrStoreError} `invalid_file` for an artifact that is not JSON
 */
export async function loadAnalyses(
  record: ZarrImageRecord,
  options: ReadOptions = {},
): Promise<readonly ImageAnalysis[]> {
  const { runs, states } = await loadImageContext(record, options);
  return [...runs].map(([key, { roiId, channel, calibration }]) => ({
    ...{ roiId, channel, calibration },
    state: states.get(key) ?? "unknown",
  }));
}
