/**
 * The part of this package that needs a file system: finding a lab's files and reading them from disk.
 *
 * @module
 */

export type { IngestEvent, IngestItem, IngestReport } from "../ingest-report.ts";
export { exportLegacyFolder, previewExport } from "./export.ts";
export type {
  ExportFolderOptions,
  ExportFormat,
  ExportNote,
  ExportPreview,
  ExportReport,
} from "./export-options.ts";
export { type FileSource, openFileSource } from "./file-source.ts";
export { ingestLegacyFile, ingestLegacyFolder } from "./ingest.ts";
export type { IngestFolderOptions, IngestOptions, RefreshOptions } from "./ingest-options.ts";
export { openFolder } from "./open-folder.ts";
export { type OpenTiffOptions, openTiff } from "./open-tiff.ts";
export { refreshFromFolder } from "./refresh.ts";
export { type ScanFolderOptions, scanFolder } from "./scan-folder.ts";
export { SidecarArtifactStore } from "./sidecar-artifact-store.ts";
export { type StoresForPathOptions, storesForPath } from "./stores-for-path.ts";
export { nodeTiffCodecs } from "./tiff-codecs.ts";
export { TiffPixelStore, type TiffPixelStoreOptions } from "./tiff-pixel-store.ts";
