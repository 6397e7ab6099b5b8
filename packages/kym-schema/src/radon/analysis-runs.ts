// Reads `radon/analysis`, the record of what each Radon analysis was computed from.

import { ARTIFACTS } from "../artifact-names.ts";
import { KymSchemaError } from "../errors.ts";
import { isJsonObject } from "../metadata/json-object.ts";
import type { AnalysisRun } from "./analysis-state.ts";

/** The stored key of each field of a run in the artifact `radon/analysis`. */
export const ANALYSIS_RUN_KEYS = {
  channel: "channel",
  /** The time of the analysis, as the analysing program wrote it. */
  analyzedAt: "analyzed_at",
  /** The revision of the ROI at that time. */
  roiRevision: "roi_revision_at_analysis",
  /** `geometryKey` of the ROI. */
  geometry: "geometry",
  /** The SHA-256 of the pixels, little-endian in C order. An image has the same key among its attributes. */
  pixelsSha256: "pixels_sha256",
  /** The calibration that the analysis used: µm per px, and seconds per line. */
  umPerPx: "um_per_px",
  secondsPerLine: "seconds_per_line",
} as const;

/** The stored key of each field of a run in the artifact `radon/params`. */
export const RADON_PARAMS_KEYS = {
  algorithm: "algorithm",
  /** The number of image lines in one window. */
  windowSize: "window_size",
} as const;

/** The runs of one image by {@link analysisRunKey}. */
export type AnalysisRuns = ReadonlyMap<string, AnalysisRun>;

const KEY = /^(\d{1,9})(?::(\d{1,3}))?$/;
const FIRST_CHANNEL = 1;

/** Returns the key of a run in the artifact `radon/analysis`: `"<roi>:<channel>"`. */
export function analysisRunKey(roiId: number | bigint, channel: number | bigint): string {
  return `${roiId}:${channel}`;
}

/**
 * Reads the artifact `radon/analysis`: an object of runs by `"<roi>"` or `"<roi>:<channel>"`. The channel comes
 * from the key, then from the field, and is 1 without either. A field of another type counts as unknown. Keys
 * of another form are skipped.
 *
 * @throws {KymSchemaError} `invalid_metadata` if the value is not an object
 */
export function parseAnalysisRuns(value: unknown): AnalysisRuns {
  if (!isJsonObject(value)) {
    throw new KymSchemaError(
      "invalid_metadata",
      `${ARTIFACTS.radonAnalysis}: expected an object of runs by ROI`,
      {
        path: ARTIFACTS.radonAnalysis,
        expected: "object",
        found: value,
      },
    );
  }
  const runs = Object.entries(value).flatMap(([key, entry]): [string, AnalysisRun][] => {
    const match = KEY.exec(key);
    if (match === null || !isJsonObject(entry)) {
      return [];
    }
    const roiId = Number(match[1]);
    const channel =
      integerOf(match[2] === undefined ? entry[ANALYSIS_RUN_KEYS.channel] : Number(match[2])) ??
      FIRST_CHANNEL;
    const run: AnalysisRun = {
      roiId,
      channel,
      roiRevision: integerOf(entry[ANALYSIS_RUN_KEYS.roiRevision]),
      geometry: textOf(entry[ANALYSIS_RUN_KEYS.geometry]),
      pixelsSha256: textOf(entry[ANALYSIS_RUN_KEYS.pixelsSha256]),
      calibration: {
        umPerPx: stepOf(entry[ANALYSIS_RUN_KEYS.umPerPx]),
        secondsPerLine: stepOf(entry[ANALYSIS_RUN_KEYS.secondsPerLine]),
      },
    };
    return [[analysisRunKey(roiId, channel), run]];
  });
  return new Map(runs);
}

function integerOf(value: unknown): number | undefined {
  return typeof value === "number" && Number.isSafeInteger(value) ? value : undefined;
}

function stepOf(value: unknown): number | undefined {
  return typeof value === "number" && Number.isFinite(value) && value > 0 ? value : undefined;
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}
