// Options and reports of an export.

import type { SidecarFormat } from "../../formats/sidecar-format.ts";

/**
 * The files that an export writes.
 *
 * | format | files |
 * |---|---|
 * | `legacy` | TIFF, JSON, CSV and NPY, from which the dataset can be restored |
 * | `kymflow` | the files of the older application |
 * | `imagej` | calibrated TIFFs and ROIs |
 */
export type ExportFormat = "legacy" | "kymflow" | "imagej";

export interface ExportFolderOptions {
  /** Default `legacy`. */
  readonly format?: ExportFormat | undefined;
  /** Write pixels. Default true. Without them the folder cannot be restored. */
  readonly includeTiff?: boolean | undefined;
  /** Write the pooled tables. Default true. */
  readonly includeTables?: boolean | undefined;
  /** Replace a folder that an earlier export wrote. Default false. */
  readonly overwrite?: boolean | undefined;
  /**
   * Keep absolute paths of this machine. Default true. With `false`, for sharing, paths become relative to the folder
   * that was ingested.
   */
  readonly absolutePaths?: boolean | undefined;
  /**
   * `batched`, the default, flushes files and folders to the disk before the folder gets its name. `none` leaves that to
   * the operating system.
   */
  readonly durability?: "batched" | "none" | undefined;
  /** Formats of sidecars besides the built-in ones. The format `kymflow` writes those that have a `write`. */
  readonly formats?: readonly SidecarFormat[] | undefined;
  readonly onEvent?:
    | ((event: { readonly imageId: string; readonly done: number; readonly total: number }) => void)
    | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Something that was changed for the export or left out, and why. */
export interface ExportNote {
  readonly path: string;
  readonly reason: string;
}

/** Counts of what was written, and notes about what could not be. */
export interface WrittenFolder {
  readonly images: number;
  readonly tables: number;
  readonly notes: readonly ExportNote[];
}

export interface ExportReport extends WrittenFolder {
  readonly folder: string;
  readonly files: number;
  readonly sizeBytes: number;
}

/** The files that an export would write. */
export interface ExportPreview extends WrittenFolder {
  readonly files: readonly { readonly path: string; readonly sizeBytes: number }[];
}
