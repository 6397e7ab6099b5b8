/**
 * What the artifacts of kymographs mean: typed metadata, provenance, staleness, and pooled tables that are brought up
 * to date in time proportional to what changed.
 *
 * @example
 * const kym = new KymDataset(await openDataset(store, { summarize: summarizeMetadata }));
 * await kym.updateIndex(velocityEventIndexer, { mode: "incremental" });
 *
 * @module
 */

export { AcqImage } from "./acq-image.ts";
export { AcqImageList } from "./acq-image-list.ts";
export { type AnalysisRuns, analysisRunKey, parseAnalysisRuns } from "./analysis-runs.ts";
export {
  type AnalysedNow,
  type AnalysisRun,
  type AnalysisState,
  decideAnalysisState,
} from "./analysis-state.ts";
export {
  type ArtifactRef,
  type FoundArtifact,
  jsonArtifact,
  loadTableArtifact,
  type ObjectHashes,
  tableArtifact,
} from "./artifact-ref.ts";
export { BaseIndexer } from "./base-indexer.ts";
export { buildDatasetViewTable, type ViewTableOptions } from "./build-dataset-view-table.ts";
export { type Calibration, calibrationOf } from "./calibration.ts";
export { editMetadata, type MetadataEdit } from "./edit-metadata.ts";
export {
  isKymDatasetError,
  KymDatasetError,
  type KymDatasetErrorCode,
  type KymDatasetErrorDetails,
} from "./errors.ts";
export type { Experiment, ExperimentEdit } from "./experiment.ts";
export type { MetadataProblem } from "./field-reader.ts";
export type { FreshReason, UpdateReason } from "./index-image.ts";
export { PROVENANCE_COLUMNS } from "./index-schema.ts";
export {
  defineIndexer,
  type ExtractArgs,
  type Indexer,
  type IndexerDefinition,
  type IndexerReadOptions,
} from "./indexer.ts";
export { legacyRadonParamsHash } from "./indexers/legacy-radon-params-hash.ts";
export { radonIndexer } from "./indexers/radon.ts";
export type { RadonContext, RadonRoi, RadonRun } from "./indexers/radon-context.ts";
export { radonReportIndexer } from "./indexers/radon-report.ts";
export { summarizeTrace, type TraceSummary } from "./indexers/summarize-trace.ts";
export type { UsersAdded } from "./indexers/users-added.ts";
export { type VelocityEventContext, velocityEventIndexer } from "./indexers/velocity-events.ts";
export { velocityEventsReportIndexer } from "./indexers/velocity-events-report.ts";
export { type IngestImageOptions, ingestImage } from "./ingest-image.ts";
export type { JsonObject } from "./json-object.ts";
export { KymDataset, type KymDatasetOptions } from "./kym-dataset.ts";
export { encodeLedger, LEDGER_SCHEMA, type Ledger, type LedgerEntry, parseLedger } from "./ledger.ts";
export { type KymMetadata, parseMetadata } from "./metadata.ts";
export type { MetadataHeader, MetadataHeaderEdit } from "./metadata-header.ts";
export {
  type MigrateEvent,
  type MigrateOptions,
  type MigrateOutcome,
  type MigrateProblem,
  type MigrateReport,
  migrate,
} from "./migrate.ts";
export { paramsHash, stableJsonDumps } from "./params-hash.ts";
export {
  type AxisRoles,
  axisRoles,
  extentOf,
  type FullExtent,
  type PlaneIndex,
  planeSelection,
} from "./plane-selection.ts";
export { type RecordSummary, summarizeRecord } from "./record-summary.ts";
export { parseRunMarker, type RunMarker } from "./run-marker.ts";
export {
  type CurrentInputs,
  type CurrentProvenance,
  decideStaleness,
  decideStalenessFromHashes,
  type RecordedIndex,
  type RecordedRows,
  type Staleness,
} from "./staleness.ts";
export { summarizeMetadata } from "./summarize-metadata.ts";
export { indexTableName, ledgerTableName } from "./table-name.ts";
export type { UpdateIndexOptions } from "./update-index.ts";
export {
  type ImageReason,
  type IndexEvent,
  type UpdateCounts,
  type UpdateReport,
  type UpdateStats,
  updateLogLine,
} from "./update-report.ts";
