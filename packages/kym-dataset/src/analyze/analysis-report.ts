// What a run of `analyzeImages` tells while it runs and when it ends.

import type { AnalysisKind } from "./compute/analysis-kind.ts";
import type { AnalysisReason, LeftOutAnalysis } from "./plan/plan-image.ts";

/** Something that was computed, or would be. */
export interface AnalysedRoi {
  readonly roiId: number;
  readonly channel: number;
  readonly kinds: readonly { readonly kind: AnalysisKind; readonly because: AnalysisReason }[];
}

/** What became of one image. */
export interface ImageAnalysisReport {
  readonly imageId: string;
  /**
   * - `analysed`: results were stored, or would be in a dry run
   * - `current`: everything was there already
   * - `left_out`: nothing of the image can be computed; `leftOut` says why
   * - `changed_meanwhile`: another writer changed it while it was computed; nothing was stored, and a new run sees the change
   * - `failed`: `message` says why; nothing was stored
   */
  readonly outcome: "analysed" | "current" | "left_out" | "changed_meanwhile" | "failed";
  readonly rois: readonly AnalysedRoi[];
  /** The id of the ROI that covers the whole image and was added, or would be. */
  readonly addedRoiId: number | undefined;
  /** ROIs that were deleted, whose results are removed. */
  readonly removed: number;
  /** What was asked for and cannot be computed. */
  readonly leftOut: readonly LeftOutAnalysis[];
  /** True if there is an angle and px per line, but no mm/s. */
  readonly lacksCalibration: boolean;
  /** Windows of velocities that were computed. */
  readonly windows: number;
  readonly message?: string | undefined;
  readonly error?: unknown;
}

/** What a whole run did, or would do. */
export interface AnalysisReport {
  /** By image id. */
  readonly images: readonly ImageAnalysisReport[];
  /** How many commits were made. */
  readonly commits: number;
}

/** Progress, in lines of ROIs. */
export type AnalysisEvent =
  | { readonly kind: "progress"; readonly done: number; readonly total: number; readonly imageId: string }
  | { readonly kind: "committed"; readonly version: number; readonly imageIds: readonly string[] };
