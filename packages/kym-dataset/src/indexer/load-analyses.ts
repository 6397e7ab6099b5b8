// Lists the analyses of an image, with the calibration that each used and whether it is still of what is there now.

import {
  type AnalysisRun,
  type AnalysisState,
  ARTIFACTS,
  type ArtifactName,
  isKymSchemaError,
} from "@kym/kym-schema";
import type { UsedCalibration } from "@kym/kym-schema/calibration";
import { parseFlowRuns } from "@kym/kym-schema/flow";
import { isZarrStoreError, type ReadOptions, type ZarrImageRecord } from "@kym/zarr-store";
import { findArtifact, jsonArtifact } from "./artifact-ref.ts";
import { loadImageContext, type StateOf } from "./image-context.ts";
import { pixelsHash } from "./pixels-hash.ts";

/** The analysis of one ROI and channel, as `radon/analysis` or the JSON of our own results names it. */
export interface ImageAnalysis {
  /** Where it is: `radon/analysis` is of the lab, `flow/velocity`, `flow/lspiv` and `flow/diameter` are of `kym analyze`. */
  readonly artifact: ArtifactName;
  readonly roiId: number;
  /** From 1. */
  readonly channel: number;
  readonly calibration: UsedCalibration;
  readonly state: AnalysisState;
}

/**
 * Lists the analyses of an image, the lab's first, each in stored order. One that cannot be read is left out; `updateIndex`
 * reports it. Events and heart rates are as their velocities are. Reads no pixels.
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
  if (context === undefined) {
    return [];
  }
  const analyses = [...context.runs.values()].map((run) =>
    analysisOf(ARTIFACTS.radonAnalysis, run, context.stateOf(run)),
  );
  for (const name of OURS) {
    analyses.push(...(await loadOurs(record, name, context.stateOf, options)));
  }
  return analyses;
}

/** Results of ours and of acqstore that are computed from pixels. */
const OURS = [
  ARTIFACTS.flowVelocity,
  ARTIFACTS.flowLspiv,
  ARTIFACTS.flowDiameter,
  ARTIFACTS.acqstoreVelocity,
  ARTIFACTS.acqstoreDiameter,
  ARTIFACTS.acqstoreSumIntensity,
] as const;

async function loadOurs(
  record: ZarrImageRecord,
  name: ArtifactName,
  stateOf: StateOf,
  options: ReadOptions,
): Promise<readonly ImageAnalysis[]> {
  const hashes = await record.objectHashes();
  if (findArtifact([jsonArtifact(name)], hashes) === undefined) {
    return [];
  }
  try {
    const { runs } = parseFlowRuns(await record.loadJson(name, options), name);
    const pixelsSha256 = runs.size === 0 ? undefined : await pixelsHash(record, hashes, options);
    return [...runs.values()].map((run) => analysisOf(name, run, stateOf(run, pixelsSha256)));
  } catch (error) {
    if (isKymSchemaError(error, "invalid_metadata") || isZarrStoreError(error, "invalid_file")) {
      return [];
    }
    throw error;
  }
}

function analysisOf(
  artifact: ArtifactName,
  { roiId, channel, calibration }: AnalysisRun,
  state: AnalysisState,
): ImageAnalysis {
  return { artifact, roiId, channel, calibration, state };
}
