// Reads what both indexers need to know about an image beside its results: metadata, source and analysis state.

import {
  type AnalysisRun,
  type AnalysisRuns,
  type AnalysisState,
  ARTIFACTS,
  COLUMNS,
  calibrationOf,
  decideAnalysisState,
  isJsonObject,
  type KymMetadata,
  parseAnalysisRuns,
  parseMetadata,
  type SourcePath,
  sourcePathOf,
} from "@kym/kym-schema";
import { calibrationsOfTrace } from "@kym/kym-schema/calibration";
import { ANALYSIS_RUN_KEYS, PROVENANCE_KEYS } from "@kym/kym-schema/keys";
import type { ReadOptions, ZarrImageRecord } from "@kym/zarr-store";
import { columnOf } from "@kym/zarr-store/table/reading";
import {
  type ArtifactRef,
  findArtifact,
  jsonArtifact,
  loadTableArtifact,
  type ObjectHashes,
  tableArtifact,
} from "./artifact-ref.ts";

const METADATA = jsonArtifact(ARTIFACTS.metadata);
const PROVENANCE = jsonArtifact(ARTIFACTS.provenance);
const ANALYSIS = jsonArtifact(ARTIFACTS.radonAnalysis);
const TRACE = tableArtifact(ARTIFACTS.radonVelocity);

/** The artifacts that {@link loadImageContext} reads. */
export const IMAGE_CONTEXT_SOURCES: readonly ArtifactRef[] = [METADATA, PROVENANCE, ANALYSIS, ...TRACE];

/** What an image's metadata, provenance and analysis runs say. */
export interface ImageContext {
  readonly metadata: KymMetadata;
  /** Relative to the folder that was ingested. */
  readonly relPath: string | null;
  readonly source: SourcePath;
  readonly runs: AnalysisRuns;
  /** The state of each run, by `analysisRunKey`. */
  readonly states: ReadonlyMap<string, AnalysisState>;
  /** Decides the state of a run, whichever artifact it is from. */
  readonly stateOf: StateOf;
}

/** @param pixelsSha256 of the pixels that are there now, if another one is meant than that of the ingest */
export type StateOf = (run: AnalysisRun, pixelsSha256?: string | undefined) => AnalysisState;

/**
 * Reads metadata, provenance and analysis runs. A missing artifact is not an error; its fields are empty or null.
 *
 * @throws {KymSchemaError} `invalid_metadata` if the analysis runs are not a JSON object
 * @throws {ZarrStoreError} `invalid_file` for an artifact that is not JSON
 */
export function loadImageContext(record: ZarrImageRecord, options: ReadOptions = {}): Promise<ImageContext> {
  const before = kept.get(record);
  if (before !== undefined) {
    return before;
  }
  const made = readImageContext(record, options);
  if (record.keepsReads) {
    kept.set(record, made);
  }
  return made;
}

/** The contexts of records that keep what they read: one pass makes rows for several indexers. */
const kept = new WeakMap<ZarrImageRecord, Promise<ImageContext>>();

async function readImageContext(record: ZarrImageRecord, options: ReadOptions): Promise<ImageContext> {
  const hashes = await record.objectHashes();
  const { [ANALYSIS_RUN_KEYS.pixelsSha256]: pixels } = await record.attributes(options);
  const pixelsSha256 = typeof pixels === "string" ? pixels : undefined;
  const hasMetadata = findArtifact([METADATA], hashes) !== undefined;
  const provenance = await loadIfThere(record, PROVENANCE, hashes, options);
  const analysis = await loadIfThere(record, ANALYSIS, hashes, options);
  const metadata = parseMetadata(hasMetadata ? await record.loadJsonText(METADATA.name, options) : {});
  const runs = await withCalibrations(
    record,
    analysis === undefined ? new Map() : parseAnalysisRuns(analysis),
    hashes,
    options,
  );
  const calibration = calibrationOf(metadata.header);
  // Ids are never used twice. If none was ever used, the ROI was drawn elsewhere, and nobody changed or deleted it.
  const hadRois = hasMetadata && metadata.roiIdHighWaterMark > 0;
  const roisKnown = hadRois && metadata.problems.every(({ path }) => !/^\$($|\.rois)/.test(path));
  const stateOf: StateOf = (run, now = pixelsSha256) => {
    const roi = metadata.rois.find(({ id }) => id === run.roiId);
    return decideAnalysisState(run, { roi, roisKnown, pixelsSha256: now, calibration });
  };
  return {
    metadata,
    relPath: textIn(provenance, PROVENANCE_KEYS.sourceRelPath) ?? null,
    source: sourcePathOf(
      textIn(provenance, PROVENANCE_KEYS.sourcePrimaryPath) ??
        textIn(provenance, PROVENANCE_KEYS.originalPath),
    ),
    runs,
    states: new Map([...runs].map(([key, run]) => [key, stateOf(run)])),
    stateOf,
  };
}

/**
 * Adds to runs that do not say which calibration they used what their trace says. Only runs that an older version stored need
 * it, so that a trace is read for those alone.
 */
async function withCalibrations(
  record: ZarrImageRecord,
  runs: AnalysisRuns,
  hashes: ObjectHashes,
  options: ReadOptions,
): Promise<AnalysisRuns> {
  const trace = findArtifact(TRACE, hashes);
  if (trace === undefined || [...runs.values()].every(saysCalibration)) {
    return runs;
  }
  const table = await loadTableArtifact(record, trace, { ...options, memory: "shared" });
  const names = new Set(table.schema.fields.map(({ name }) => name));
  const cells = (name: string): readonly unknown[] => (names.has(name) ? columnOf(table, name) : []);
  const used = calibrationsOfTrace({
    roiId: cells(COLUMNS.roiId),
    channel: cells(COLUMNS.channel),
    umPerPx: cells(COLUMNS.umPerPx),
    secondsPerLine: cells(COLUMNS.secondsPerLine),
  });
  return new Map(
    [...runs].map(([key, run]) => {
      const calibration = saysCalibration(run) ? run.calibration : (used.get(key) ?? run.calibration);
      return [key, { ...run, calibration }];
    }),
  );
}

function saysCalibration({ calibration }: AnalysisRun): boolean {
  return calibration.umPerPx !== undefined || calibration.secondsPerLine !== undefined;
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
