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
export { refreshFromFolder } from "./refresh.ts";
export { type ScanFolderOptions, scanFolder } from "./scan-folder.ts";
export { nodeTiffCodecs } from "./tiff-codecs.ts";
