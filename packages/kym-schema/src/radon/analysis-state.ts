import { geometryKey, type Roi } from "@kym/roi";

/** Whether what was analysed is what is there now. */
export type AnalysisState = "current" | "roi_changed" | "pixels_changed" | "unknown";

/** What is known of the analysis of one ROI and channel, at the time it was made. */
export interface AnalysisRun {
  readonly roiId: number;
  readonly channel: number;
  readonly roiRevision: number | undefined;
  /** `geometryKey` of the ROI. */
  readonly geometry: string | undefined;
  /** Of the pixels, little-endian in C order. */
  readonly pixelsSha256: string | undefined;
}

/** What is there now. */
export interface AnalysedNow {
  /** Undefined if there is no such ROI. */
  readonly roi: Roi | undefined;
  /** False if the ROIs cannot be read, so that an absent one may be there after all. */
  readonly roisKnown: boolean;
  readonly pixelsSha256: string | undefined;
}

/**
 * Compares a run with what is there. `current` is only said where ROI and pixels are both known to be the same; a
 * geometry that is known counts more than a revision, because a ROI that was moved back is where it was.
 */
export function decideAnalysisState(run: AnalysisRun | undefined, now: AnalysedNow): AnalysisState {
  if (run === undefined) {
    return "unknown";
  }
  const pixels = same(run.pixelsSha256, now.pixelsSha256);
  if (pixels === false) {
    return "pixels_changed";
  }
  const roi = sameRoi(run, now);
  if (roi === false) {
    return "roi_changed";
  }
  return roi === true && pixels === true ? "current" : "unknown";
}

function sameRoi(run: AnalysisRun, { roi, roisKnown }: AnalysedNow): boolean | undefined {
  if (roi === undefined) {
    return roisKnown ? false : undefined;
  }
  return run.geometry === undefined
    ? same(run.roiRevision, roi.revision)
    : same(run.geometry, geometryKey(roi));
}

/** Undefined where one side is not known. */
function same<T>(then: T | undefined, now: T | undefined): boolean | undefined {
  return then === undefined || now === undefined ? undefined : then === now;
}
