/**
 * The vocabulary of a kymograph dataset: the names of artifacts, columns and units, and the content of
 * metadata, provenance and analysis runs. It opens no file and runs in a browser.
 *
 * Stored keys are in `@kym/kym-schema/keys`, the columns of further pooled tables in `@kym/kym-schema/tables`.
 *
 * @example
 * const text = await loadMetadataText(record);
 * const { umPerPx } = calibrationOf(parseMetadata(text ?? "{}").header);
 *
 * @module
 */

export { ARTIFACTS, type ArtifactName } from "./artifact-names.ts";
export { COLUMNS } from "./columns.ts";
export {
  isKymSchemaError,
  KymSchemaError,
  type KymSchemaErrorCode,
  type KymSchemaErrorDetails,
} from "./errors.ts";
export { EVENT_ARTIFACTS } from "./events/event-artifacts.ts";
export { VELOCITY_EVENTS_SCHEMA } from "./events/velocity-events-schema.ts";
export { type Calibration, calibrationOf } from "./metadata/calibration.ts";
export { editMetadata, type MetadataEdit } from "./metadata/edit-metadata.ts";
export type { Experiment, ExperimentEdit } from "./metadata/experiment.ts";
export type { MetadataProblem } from "./metadata/field-reader.ts";
export { isJsonObject, type JsonObject } from "./metadata/json-object.ts";
export { type LoadMetadataOptions, loadMetadataText } from "./metadata/load-metadata-text.ts";
export { type KymMetadata, parseMetadata } from "./metadata/metadata.ts";
export type { HeaderFacts, MetadataHeader, MetadataHeaderEdit } from "./metadata/metadata-header.ts";
export { changedScales, planeScales } from "./metadata/plane-scales.ts";
export { type MetadataSummary, readSummary, summarizeMetadata } from "./metadata/summarize-metadata.ts";
export {
  encodeProvenance,
  type PathFieldsProvenance,
  type Provenance,
  parseProvenance,
  type ReaderVersion,
  type SidecarProvenance,
} from "./provenance/provenance.ts";
export { type SourcePath, sourcePathOf } from "./provenance/source-path.ts";
export { type AnalysisRuns, analysisRunKey, parseAnalysisRuns } from "./radon/analysis-runs.ts";
export {
  type AnalysedNow,
  type AnalysisRun,
  type AnalysisState,
  decideAnalysisState,
} from "./radon/analysis-state.ts";
export { RADON_ARTIFACTS } from "./radon/radon-artifacts.ts";
export { RADON_COLUMNS } from "./radon/radon-columns.ts";
export { VELOCITY_TRACE_SCHEMA } from "./radon/velocity-trace-schema.ts";
export { UNITS } from "./units.ts";
