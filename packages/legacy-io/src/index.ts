/**
 * Parses a lab's own files (Olympus headers, JSON, CSV and NumPy sidecars) from bytes, and decides by their names which
 * files belong together. Runs in a browser. TIFFs are read by `@kym/legacy-io/tiff`; everything that needs a file
 * system is in `@kym/legacy-io/node`.
 *
 * @module
 */

export { type MicroscopeCalibration, microscopeCalibration } from "./content/microscope-calibration.ts";
export {
  isLegacyIoError,
  LegacyIoError,
  type LegacyIoErrorCode,
  type LegacyIoErrorDetails,
} from "./errors.ts";
export {
  type ArrayInventory,
  type ExportPlace,
  type ExportPlan,
  type ImageInventory,
  type PlanExportOptions,
  type PlannedArtifact,
  type PlannedImage,
  type PlannedTable,
  planExport,
} from "./export/plan-export.ts";
export type {
  BundleFile,
  ChannelFile,
  FolderDatabaseFile,
  FolderScan,
  LegacyBundle,
  OrphanAnalysis,
  OrphanFile,
  ScanNote,
  SidecarFile,
} from "./folder/bundle.ts";
export { type FieldValues, fieldsOfPath } from "./folder/paths/fields-of-path.ts";
export {
  type PathFields,
  type PathFieldsMap,
  type PathPart,
  parsePathFields,
} from "./folder/paths/path-fields.ts";
export {
  type ArtifactFormat,
  decideFileRoles,
  type FileRole,
  type FolderDatabase,
  type SidecarContent,
} from "./folder/sidecar-name.ts";
export type { UnrecognisedFiles } from "./folder/unrecognised-files.ts";
export {
  type FlowAnalysis,
  type FlowAnalysisKind,
  type LegacyEvent,
  parseFlowAnalysis,
  type RoiAnalysis,
  type RoiEvents,
} from "./formats/flow-analysis.ts";
export {
  type ClassicHeader,
  type ClassicJson,
  parseClassicJson,
  type RejectedRoi,
} from "./formats/json/classic-json.ts";
export { readNpy, writeNpy } from "./formats/npy.ts";
export {
  type OlympusChannel,
  type OlympusHeader,
  readOlympusHeader,
} from "./formats/olympus/olympus-header.ts";
export type { OlympusEntry, OlympusSection } from "./formats/olympus/olympus-section.ts";
export type { SidecarMeaning } from "./formats/parse-sidecar.ts";
export type {
  ArtifactRef,
  GivenArtifact,
  ImageToWrite,
  SidecarFacts,
  SidecarFormat,
  SidecarNameRule,
  SidecarSource,
  SidecarSubject,
  TableFile,
  TraceFacts,
} from "./formats/sidecar-format.ts";
export { sidecarFormats } from "./formats/sidecar-formats.ts";
export { parseVelocityTrace, type TraceColumn, type VelocityTrace } from "./formats/velocity-trace.ts";
export type { FileHash, FileHashes } from "./plan/compare-files.ts";
export type { FolderFields } from "./plan/decide-path-fields.ts";
export type { OnChange, RefreshMode } from "./plan/decide-refresh.ts";
export type {
  FolderCounts,
  IngestEvent,
  IngestItem,
  IngestReport,
  PathFieldsReport,
} from "./plan/ingest-report.ts";
export type {
  KnownAcquisition,
  KnownAcquisitions,
  KnownFile,
  KnownSidecar,
} from "./plan/known-acquisition.ts";
export { type FolderFacts, type IngestPlan, planIngest } from "./plan/plan-ingest.ts";
