/**
 * The part of this package that needs a file system. It scans and opens a lab's folders, ingests them into a dataset,
 * follows their changes, and exports a dataset to a folder.
 *
 * @module
 */

export type { ExportLeftOut } from "../export/export-manifest.ts";
export type { UnrecognisedFiles } from "../folder/unrecognised-files.ts";
export type { IngestEvent, IngestItem, IngestReport } from "../plan/ingest-report.ts";
export type { FaultyRead } from "../readers/faulty-read.ts";
export type { FaultLikelihood, ReaderFault, StoredColumn, StoredRead } from "../readers/reader-fault.ts";
export { exportLegacyFolder, previewExport } from "./export/export.ts";
export type {
  ExportFailure,
  ExportFolderOptions,
  ExportFormat,
  ExportLayout,
  ExportNote,
  ExportPreview,
  ExportReport,
} from "./export/export-options.ts";
export type { HealedObject } from "./heal/decide-healing.ts";
export { healFromCopy } from "./heal/heal-from-copy.ts";
export { type HealReport, healFromFolder } from "./heal/heal-from-folder.ts";
export { ingestLegacyFile, ingestLegacyFolder } from "./ingest/ingest.ts";
export type { IngestFolderOptions, IngestOptions, RefreshOptions } from "./ingest/ingest-options.ts";
export { refreshFromFolder } from "./ingest/refresh.ts";
export {
  type ImageConflicts,
  type ListedConflict,
  listOpenConflicts,
} from "./resolve/list-open-conflicts.ts";
export {
  type ConflictChoices,
  type ResolveResult,
  resolveConflicts,
  type SettledConflict,
} from "./resolve/resolve-conflicts.ts";
export { type FindFaultyReadsOptions, findFaultyReads } from "./scan/find-faulty-reads.ts";
export { type ScanFolderOptions, scanFolder } from "./scan/scan-folder.ts";
export { type OpenFolderOptions, openFolder } from "./stores/open-folder.ts";
export { type OpenTiffOptions, openTiff } from "./stores/open-tiff.ts";
export { SidecarArtifactStore } from "./stores/sidecar-artifact-store.ts";
export { type StoresForPathOptions, storesForPath } from "./stores/stores-for-path.ts";
export { TiffPixelStore, type TiffPixelStoreOptions } from "./stores/tiff-pixel-store.ts";
export { type FileSource, openFileSource } from "./tiff/file-source.ts";
export { nodeTiffCodecs } from "./tiff/tiff-codecs.ts";
export { watchFolder } from "./watch/watch-folder.ts";
export type { WatchEvent, WatchOptions } from "./watch/watch-options.ts";
