import { KymDatasetError } from "../errors.ts";
import { isJsonObject } from "../metadata/json-object.ts";
import type { AnalysisRun } from "./analysis-state.ts";

/** The runs of one image by {@link analysisRunKey}. */
export type AnalysisRuns = ReadonlyMap<string, AnalysisRun>;

const KEY = /^(\d{1,9})(?::(\d{1,3}))?$/;
const FIRST_CHANNEL = 1;

/** The key of a run in the artifact `radon/analysis`: `"<roi>:<channel>"`. */
export function analysisRunKey(roiId: number | bigint, channel: number | bigint): string {
  return `${roiId}:${channel}`;
}

/**
 * Reads the artifact `radon/analysis`: an object of runs by `"<roi>"` or `"<roi>:<channel>"`. A run's channel is that
 * of its key, else its field, else 1. A field of another type is unknown; a key of another form is passed over.
 *
 * @throws {KymDatasetError} `invalid_metadata` if it is no object
 */
export function parseAnalysisRuns(value: unknown): AnalysisRuns {
  if (!isJsonObject(value)) {
    throw new KymDatasetError("invalid_metadata", "radon/analysis: expected an object of runs by ROI", {
      path: "radon/analysis",
      expected: "object",
      found: value,
    });
  }
  const runs = Object.entries(value).flatMap(([key, entry]): [string, AnalysisRun][] => {
    const match = KEY.exec(key);
    if (match === null || !isJsonObject(entry)) {
      return [];
    }
    const roiId = Number(match[1]);
    const channel = integerOf(match[2] === undefined ? entry["channel"] : Number(match[2])) ?? FIRST_CHANNEL;
    const run: AnalysisRun = {
      roiId,
      channel,
      roiRevision: integerOf(entry["roi_revision_at_analysis"]),
      geometry: textOf(entry["geometry"]),
      pixelsSha256: textOf(entry["pixels_sha256"]),
    };
    return [[analysisRunKey(roiId, channel), run]];
  });
  return new Map(runs);
}

function integerOf(value: unknown): number | undefined {
  return typeof value === "number" && Number.isSafeInteger(value) ? value : undefined;
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}
