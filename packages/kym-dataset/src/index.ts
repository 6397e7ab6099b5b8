/**
 * Pools the analyses of many kymographs into tables, updates only what changed, and says why a row is stale. It also
 * has the image model (`AcqImage`). The names of artifacts and columns, and metadata, are in `@kym/kym-schema`.
 *
 * @example
 * const kym = new KymDataset(await openDataset(store, { summarize: summarizeMetadata }));
 * await kym.updateIndex(velocityEventIndexer, { mode: "incremental" });
 *
 * @module
 */

export {
  type ComparedImage,
  type ComparedWith,
  type CompareSoftwareOptions,
  compareSoftware,
} from "./agreement/compare-software.ts";
export type { ComparedRoi, ComparedWindow, WindowAgreement } from "./agreement/compare-traces.ts";
export type {
  AnalysedRoi,
  AnalysisEvent,
  AnalysisReport,
  ImageAnalysisReport,
} from "./analyze/analysis-report.ts";
export { type AnalyzeImageOptions, analyzeImage } from "./analyze/analyze-image.ts";
export { type AnalyzeImagesOptions, analyzeImages } from "./analyze/analyze-images.ts";
export type { AnalysisKind } from "./analyze/compute/analysis-kind.ts";
export type {
  AnalysisTask,
  ComputeAnalysis,
  ComputeOptions,
  KindResult,
  KnownVelocity,
  ResultColumn,
} from "./analyze/compute/analysis-task.ts";
export type { AnalysisRequest } from "./analyze/plan/analysis-request.ts";
export type { AnalysisReason, LeftOutAnalysis } from "./analyze/plan/plan-image.ts";
export {
  isKymDatasetError,
  KymDatasetError,
  type KymDatasetErrorCode,
  type KymDatasetErrorDetails,
} from "./errors.ts";
export { AcqImage } from "./image/acq-image.ts";
export { AcqImageList } from "./image/acq-image-list.ts";
export { type IngestImageOptions, ingestImage } from "./image/ingest-image.ts";
export { type LoadOverviewOptions, loadOverview } from "./image/overview-of-image.ts";
export type { OverviewReport, UpdateOverviewsOptions } from "./image/update-overviews.ts";
export type { ArtifactRef, FoundArtifact, ObjectHashes } from "./indexer/artifact-ref.ts";
export { BaseIndexer } from "./indexer/base-indexer.ts";
export type { FlowContext, FlowRunContext } from "./indexer/flow-runs.ts";
export {
  defineIndexer,
  type ExtractArgs,
  type Indexer,
  type IndexerDefinition,
} from "./indexer/indexer.ts";
export { type ImageAnalysis, loadAnalyses } from "./indexer/load-analyses.ts";
export { paramsHash, stableJsonDumps } from "./indexer/params-hash.ts";
export { loadUsersAdded, type UsersAdded } from "./indexers/events/users-added.ts";
export { type VelocityEventContext, velocityEventIndexer } from "./indexers/events/velocity-events.ts";
export { diameterIndexer } from "./indexers/flow/diameter.ts";
export type { FlowImageContext } from "./indexers/flow/flow-image-context.ts";
export { heartRateIndexer } from "./indexers/flow/heart-rate.ts";
export { type SumIntensityContext, sumIntensityIndexer } from "./indexers/flow/sum-intensity.ts";
export { radonIndexer } from "./indexers/radon/radon.ts";
export type { RadonContext, RadonRoi, RadonRun } from "./indexers/radon/radon-context.ts";
export { KymDataset, type KymDatasetOptions } from "./kym-dataset.ts";
export {
  type MigrateEvent,
  type MigrateOptions,
  type MigrateOutcome,
  type MigrateProblem,
  type MigrateReport,
  migrate,
} from "./migrate/migrate.ts";
export type { FreshReason, UpdateReason } from "./run/index-image.ts";
export type { UpdateIndexOptions } from "./run/update-index.ts";
export type {
  ImageReason,
  IndexEvent,
  UpdateCounts,
  UpdateReport,
  UpdateStats,
} from "./run/update-report.ts";
export type { Staleness } from "./staleness/staleness.ts";
export { buildDatasetViewTable, type ViewTableOptions } from "./view/build-dataset-view-table.ts";
export type { ImageTraces, RoiEvent } from "./view/load-traces.ts";
export { type RecordSummary, summarizeRecord } from "./view/record-summary.ts";
export type { RoiTrace } from "./view/roi-trace.ts";
export { type ListedRecord, summarizeRecords } from "./view/summarize-records.ts";
