/**
 * Reads a lab's own files: TIFF, Olympus headers, JSON, CSV and NumPy sidecars, by bytes; and finds by their names
 * which belong together. Runs in a browser; what needs a file system is in `@kym/legacy-io/node`.
 *
 * @module
 */

export { type BundleParts, contentOfBundle } from "./content/artifacts-of-sidecars.ts";
export type { ContentArtifact, ImageContent, SourcedArtifact } from "./content/image-content.ts";
export type { ParsedSidecar } from "./content/parsed-sidecar.ts";
export type { LegacyIoErrorCode, LegacyIoErrorDetails } from "./errors.ts";
export { isLegacyIoError, LegacyIoError } from "./errors.ts";
export type {
  ExportedArtifact,
  ExportedImage,
  ExportedTable,
  ExportManifest,
} from "./export/export-manifest.ts";
export { decodeExportManifest, EXPORT_MANIFEST } from "./export/export-manifest.ts";
export {
  type ArrayInventory,
  type ExportPlan,
  type ImageInventory,
  type PlanExportOptions,
  type PlannedArtifact,
  type PlannedImage,
  type PlannedTable,
  planExport,
} from "./export/plan-export.ts";
export { artifactOfFileName, fileNameOfArtifact } from "./folder/artifact-file-name.ts";
export { attachmentName, fileNameOfAttachment } from "./folder/attachment-name.ts";
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
export { type BundledFiles, bundleFiles, type FolderFiles } from "./folder/bundle-files.ts";
export { namePattern } from "./folder/name-pattern.ts";
export {
  type ArtifactFormat,
  decideFileRoles,
  type FileRole,
  type FolderDatabase,
  imageStem,
  type SidecarContent,
} from "./folder/sidecar-name.ts";
export {
  type ClassicHeader,
  type ClassicJson,
  parseClassicJson,
  type RejectedRoi,
} from "./formats/classic-json.ts";
export {
  type FlowAnalysis,
  type FlowAnalysisKind,
  type LegacyEvent,
  parseFlowAnalysis,
  type RoiAnalysis,
  type RoiEvents,
} from "./formats/flow-analysis.ts";
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
  TraceFacts,
} from "./formats/sidecar-format.ts";
export { sidecarFormats } from "./formats/sidecar-formats.ts";
export {
  type EventColumn,
  LEGACY_EVENT_COLUMNS,
  legacyEventId,
  type VelocityEventsTable,
  velocityEventsTable,
} from "./formats/velocity-events.ts";
export {
  LEGACY_TRACE_COLUMNS,
  parseVelocityTrace,
  type TraceColumn,
  type VelocityTrace,
} from "./formats/velocity-trace.ts";
export type { FileHash, FileHashes } from "./plan/compare-files.ts";
export {
  decideRefresh,
  type OnChange,
  type PlannedAction,
  type RefreshMode,
  type RefreshRules,
} from "./plan/decide-refresh.ts";
export { placesToProbe } from "./plan/find-moved.ts";
export type { FolderCounts, IngestEvent, IngestItem, IngestReport } from "./plan/ingest-report.ts";
export type {
  KnownAcquisition,
  KnownAcquisitions,
  KnownFile,
  KnownSidecar,
} from "./plan/known-acquisition.ts";
export {
  type FolderFacts,
  filesToHash,
  type IngestPlan,
  planIngest,
} from "./plan/plan-ingest.ts";
export { reportOfPlan } from "./plan/plan-report.ts";
export { type ByteSource, bytesSource } from "./tiff/byte-source.ts";
export type { Decompress, TiffCodec } from "./tiff/codecs/tiff-codec.ts";
export type { AxisCalibration, CalibrationSource } from "./tiff/descriptions/axis-calibration.ts";
export {
  decodeLegacyText,
  type LegacyText,
  type TextEncodingName,
} from "./tiff/descriptions/instrument-text.ts";
export type { ValueCalibration } from "./tiff/descriptions/value-calibration.ts";
export { DEFAULT_TIFF_LIMITS, type TiffLimits } from "./tiff/header/tiff-limits.ts";
export type { AxesSource } from "./tiff/pixels/tiff-layout.ts";
export {
  describeTiff,
  type ReadTiffOptions,
  type ReadTiffRegionOptions,
  readTiff,
  readTiffRegion,
  type TiffImage,
} from "./tiff/read-tiff.ts";
export type { TiffInfo } from "./tiff/tiff-info.ts";
export {
  canWriteImageJTiff,
  type WriteImageJTiffOptions,
  writeImageJTiff,
} from "./tiff/write/write-imagej.ts";
