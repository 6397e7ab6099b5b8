import type { ReadOptions, ZarrImageRecord } from "@kym/zarr-store";
import { isJsonObject } from "../metadata/json-object.ts";
import { type KymMetadata, parseMetadata } from "../metadata/metadata.ts";
import { type SourcePath, sourcePathOf } from "../metadata/source-path.ts";
import { type AnalysisRuns, analysisRunKey, parseAnalysisRuns } from "../radon/analysis-runs.ts";
import { type AnalysisState, decideAnalysisState } from "../radon/analysis-state.ts";
import { type ArtifactRef, findArtifact, jsonArtifact, type ObjectHashes } from "./artifact-ref.ts";

const METADATA = jsonArtifact("metadata");
const PROVENANCE = jsonArtifact("provenance");
const ANALYSIS = jsonArtifact("radon/analysis");

/** The artifacts that {@link loadImageContext} reads. */
export const IMAGE_CONTEXT_SOURCES: readonly ArtifactRef[] = [METADATA, PROVENANCE, ANALYSIS];

/** What the artifacts around an analysis say about an image. */
export interface ImageContext {
  readonly metadata: KymMetadata;
  /** Relative to the folder that was ingested. */
  readonly relPath: string | null;
  readonly source: SourcePath;
  readonly runs: AnalysisRuns;
  /** By `analysisRunKey`: the state of each run. */
  readonly states: ReadonlyMap<string, AnalysisState>;
}

/**
 * Reads metadata, provenance and the runs of the analysis; what is absent says nothing.
 *
 * @throws {KymDatasetError} `invalid_metadata` for runs that are no object
 * @throws {ZarrStoreError} `invalid_file` for an artifact that is no JSON
 */
export async function loadImageContext(
  record: ZarrImageRecord,
  options: ReadOptions = {},
): Promise<ImageContext> {
  const hashes = await record.objectHashes();
  const { pixels_sha256: pixels } = await record.attributes(options);
  const pixelsSha256 = typeof pixels === "string" ? pixels : undefined;
  const hasMetadata = findArtifact([METADATA], hashes) !== undefined;
  const provenance = await loadIfThere(record, PROVENANCE, hashes, options);
  const analysis = await loadIfThere(record, ANALYSIS, hashes, options);
  const metadata = parseMetadata(hasMetadata ? await record.loadJsonText(METADATA.name, options) : {});
  const runs: AnalysisRuns = analysis === undefined ? new Map() : parseAnalysisRuns(analysis);
  const roisKnown = hasMetadata && metadata.problems.every(({ path }) => !/^\$($|\.rois)/.test(path));
  const states = [...runs.values()].map((run) => {
    const roi = metadata.rois.find(({ id }) => id === run.roiId);
    const state = decideAnalysisState(run, { roi, roisKnown, pixelsSha256 });
    return [analysisRunKey(run.roiId, run.channel), state] as const;
  });
  return {
    metadata,
    relPath: textIn(provenance, "source_rel_path") ?? null,
    source: sourcePathOf(textIn(provenance, "source_primary_path") ?? textIn(provenance, "original_path")),
    runs,
    states: new Map(states),
  };
}

async function loadIfThere(
  record: ZarrImageRecord,
  ref: ArtifactRef,
  hashes: ObjectHashes,
  options: ReadOptions,
): Promise<unknown> {
  return findArtifact([ref], hashes) === undefined ? undefined : record.loadJson(ref.name, options);
}

function textIn(value: unknown, key: string): string | undefined {
  const text = isJsonObject(value) ? value[key] : undefined;
  return typeof text === "string" ? text : undefined;
}
