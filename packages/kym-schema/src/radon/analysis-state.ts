// Decides whether a stored analysis still describes the ROI, the pixels and the calibration that are there now.

import { geometryKey, type Roi } from "@kym/roi";
import type { Calibration } from "../metadata/calibration.ts";
import { compareCalibration, type UsedCalibration } from "./used-calibration.ts";

/** Whether a stored analysis still describes the current ROI, pixels and calibration. */
export type AnalysisState = "current" | "roi_changed" | "pixels_changed" | "calibration_changed" | "unknown";

/** The states from worst to best. Of several analyses, a list shows the worst. */
export const ANALYSIS_STATES: readonly AnalysisState[] = [
  "pixels_changed",
  "roi_changed",
  "calibration_changed",
  "unknown",
  "current",
];

/** What is known about the analysis of one ROI and channel, at the time of the analysis. */
export interface AnalysisRun {
  readonly roiId: number;
  readonly channel: number;
  readonly roiRevision: number | undefined;
  /** The `geometryKey` of the ROI. */
  readonly geometry: string | undefined;
  /** The SHA-256 of the pixels, little-endian in C order. */
  readonly pixelsSha256: string | undefined;
  /** What it computed times and velocities with. */
  readonly calibration: UsedCalibration;
}

/** The current ROI, pixels and calibration. */
export interface AnalysedNow {
  /** Undefined if the ROI does not exist. */
  readonly roi: Roi | undefined;
  /** False if the ROIs cannot be read, or if the image never had one: nothing is then known of an absent ROI. */
  readonly roisKnown: boolean;
  readonly pixelsSha256: string | undefined;
  readonly calibration: Calibration;
}

/**
 * Compares an analysis run with the current ROI, pixels and calibration. The first that applies is the result:
 *
 * | result | when |
 * | --- | --- |
 * | `pixels_changed` | the pixels differ |
 * | `roi_changed` | the ROI differs or was deleted |
 * | `calibration_changed` | the calibration differs, or only one of those then and now is known |
 * | `unknown` | the ROI or the pixels of then or now are not known |
 * | `current` | all three are the same |
 *
 * The geometry is compared if it was recorded, otherwise the revision: a ROI that was moved and moved back has
 * another revision, but the same geometry.
 *
 * Where neither the analysis nor the image has a calibration, none has changed: times and velocities are in lines and px then and
 * now. The first calibration that the image gets is a change.
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
  if (compareCalibration(run.calibration, now.calibration) !== "same") {
    return "calibration_changed";
  }
  return roi === "unknown" || pixels === "unknown" ? "unknown" : "current";
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
