// Decides whether a stored analysis still describes the ROI and the pixels that are there now.

import { geometryKey, type Roi } from "@kym/roi";

/** Whether a stored analysis still describes the current ROI and pixels. */
export type AnalysisState = "current" | "roi_changed" | "pixels_changed" | "unknown";

/** What is known about the analysis of one ROI and channel, at the time of the analysis. */
export interface AnalysisRun {
  readonly roiId: number;
  readonly channel: number;
  readonly roiRevision: number | undefined;
  /** The `geometryKey` of the ROI. */
  readonly geometry: string | undefined;
  /** The SHA-256 of the pixels, little-endian in C order. */
  readonly pixelsSha256: string | undefined;
}

/** The current ROI and pixels. */
export interface AnalysedNow {
  /** Undefined if the ROI does not exist. */
  readonly roi: Roi | undefined;
  /** False if the ROIs cannot be read, or if the image never had one: nothing is then known of an absent ROI. */
  readonly roisKnown: boolean;
  readonly pixelsSha256: string | undefined;
}

/**
 * Compares an analysis run with the current ROI and pixels.
 *
 * | result | when |
 * | --- | --- |
 * | `pixels_changed` | the pixels differ |
 * | `roi_changed` | the ROI differs or was deleted |
 * | `current` | ROI and pixels are both known to be the same |
 * | `unknown` | otherwise |
 *
 * The geometry is compared if it was recorded, otherwise the revision: a ROI that was moved and moved back has
 * another revision, but the same geometry.
 */
export function decideAnalysisState(run: AnalysisRun | undefined, now: AnalysedNow): AnalysisState {
  if (run === undefined) {
    return "unknown";
  }
  const pixels = compare(run.pixelsSha256, now.pixelsSha256);
  if (pixels === "different") {
    return "pixels_changed";
  }
  const roi = compareRoi(run, now);
  if (roi === "different") {
    return "roi_changed";
  }
  return roi === "same" && pixels === "same" ? "current" : "unknown";
}

type Comparison = "same" | "different" | "unknown";

function compareRoi(run: AnalysisRun, { roi, roisKnown }: AnalysedNow): Comparison {
  if (roi === undefined) {
    return roisKnown ? "different" : "unknown";
  }
  return run.geometry === undefined
    ? compare(run.roiRevision, roi.revision)
    : compare(run.geometry, geometryKey(roi));
}

function compare<T>(then: T | undefined, now: T | undefined): Comparison {
  if (then === undefined || now === undefined) {
    return "unknown";
  }
  return then === now ? "same" : "different";
}
