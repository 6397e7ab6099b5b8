/**
 * Reads a lab's own files: TIFF, Olympus headers, JSON, CSV and NumPy sidecars, by bytes; and finds by their names
 * which belong together. Runs in a browser; what needs a file system is in `@kym/legacy-io/node`.
 *
 * @module
 */

export { artifactOfFileName, fileNameOfArtifact } from "./artifact-file-name.ts";
export { type BundleParts, contentOfBundle } from "./artifacts-of-sidecars.ts";
export { attachmentName, fileNameOfAttachment } from "./attachment-name.ts";
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
} from "./bundle.ts";
export { type BundledFiles, bundleFiles, type FolderFiles } from "./bundle-files.ts";
export { type ByteSource, bytesSource } from "./byte-source.ts";
export { type ClassicHeader, type ClassicJson, parseClassicJson, type RejectedRoi } from "./classic-json.ts";
export type { FileHash, FileHashes } from "./compare-files.ts";
export {
  decideRefresh,
  type OnChange,
  type PlannedAction,
  type RefreshMode,
  type RefreshRules,
} from "./decide-refresh.ts";
export type { LegacyIoErrorCode, LegacyIoErrorDetails } from "./errors.ts";
export { isLegacyIoError, LegacyIoError } from "./errors.ts";
export type { ExportedArtifact, ExportedImage, ExportedTable, ExportManifest } from "./export-manifest.ts";
export { decodeExportManifest, EXPORT_MANIFEST } from "./export-manifest.ts";
export { placesToProbe } from "./find-moved.ts";
export {
  type FlowAnalysis,
  type FlowAnalysisKind,
  type LegacyEvent,
  parseFlowAnalysis,
  type RoiAnalysis,
  type RoiEvents,
} from "./flow-analysis.ts";
export type { ContentArtifact, ImageContent, SourcedArtifact } from "./image-content.ts";
export type { FolderCounts, IngestEvent, IngestItem, IngestReport } from "./ingest-report.ts";
export { decodeLegacyText, type LegacyText, type TextEncodingName } from "./instrument-text.ts";
export type { KnownAcquisition, KnownAcquisitions, KnownFile, KnownSidecar } from "./known-acquisition.ts";
export { namePattern } from "./name-pattern.ts";
export { readNpy, writeNpy } from "./npy.ts";
export {
  type OlympusChannel,
  type OlympusHeader,
  readOlympusHeader,
} from "./olympus-header.ts";
export type { OlympusEntry, OlympusSection } from "./olympus-section.ts";
export type { ParsedSidecar, SidecarMeaning } from "./parsed-sidecar.ts";
export {
  type ArrayInventory,
  type ExportPlan,
  type ImageInventory,
  type PlanExportOptions,
  type PlannedArtifact,
  type PlannedImage,
  type PlannedTable,
  planExport,
} from "./plan-export.ts";
export {
  type FolderFacts,
  filesToHash,
  type IngestPlan,
  planIngest,
} from "./plan-ingest.ts";
export { reportOfPlan } from "./plan-report.ts";
export { encodeProvenance, type Provenance, parseProvenance, type SidecarProvenance } from "./provenance.ts";
export {
  type ArtifactFormat,
  decideFileRoles,
  type FileRole,
  type FolderDatabase,
  imageStem,
  type LegacySidecarKind,
  type SidecarContent,
} from "./sidecar-name.ts";
export type { AxisCalibration, CalibrationSource } from "./tiff/axis-calibration.ts";
export type { TiffCompression } from "./tiff/compression.ts";
export type { Decompress, TiffCodecs } from "./tiff/read-rows.ts";
export {
  describeTiff,
  type ReadTiffOptions,
  type ReadTiffRegionOptions,
  readTiff,
  readTiffRegion,
  type TiffImage,
} from "./tiff/read-tiff.ts";
export type { TiffInfo } from "./tiff/tiff-info.ts";
export type { AxesSource } from "./tiff/tiff-layout.ts";
export { DEFAULT_TIFF_LIMITS, type TiffLimits } from "./tiff/tiff-limits.ts";
export type { ValueCalibration } from "./tiff/value-calibration.ts";
export { canWriteImageJTiff, type WriteImageJTiffOptions, writeImageJTiff } from "./tiff/write-imagej.ts";
export {
  type EventColumn,
  LEGACY_EVENT_COLUMNS,
  legacyEventId,
  VELOCITY_EVENTS_SCHEMA,
  type VelocityEventsTable,
  velocityEventsTable,
} from "./velocity-events.ts";
export {
  LEGACY_TRACE_COLUMNS,
  parseVelocityTrace,
  type TraceColumn,
  VELOCITY_TRACE_SCHEMA,
  type VelocityTrace,
} from "./velocity-trace.ts";
