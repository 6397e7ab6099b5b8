import type { SidecarFormat } from "../../formats/sidecar-format.ts";

/**
 * `legacy`: the layout of ticket 13, from which a dataset is restored. `kymflow`: the files of the older application.
 * `imagej`: calibrated TIFFs.
 */
export type ExportFormat = "legacy" | "kymflow" | "imagej";

export interface ExportFolderOptions {
  /** Default `legacy`. */
  readonly format?: ExportFormat | undefined;
  /** Write pixels. Default true; without them the folder cannot be taken in again. */
  readonly includeTiff?: boolean | undefined;
  /** Write the pooled tables. Default true. */
  readonly includeTables?: boolean | undefined;
  /** Replace a folder that an earlier export wrote. Default false. */
  readonly overwrite?: boolean | undefined;
  /** With `false` no exported file has an absolute path of this machine: they are relative to what was ingested. Default true. */
  readonly absolutePaths?: boolean | undefined;
  /**
   * `batched`, the default, flushes files and folders to the disk before the folder gets its name, many at once; `none` leaves
   * that to the operating system.
   */
  readonly durability?: "batched" | "none" | undefined;
  /** Formats of sidecars besides the built-in ones, of which `kymflow` writes those that have a `write`. */
  readonly formats?: readonly SidecarFormat[] | undefined;
  readonly onEvent?:
    | ((event: { readonly imageId: string; readonly done: number; readonly total: number }) => void)
    | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Something that could not be exported as it is, or not at all, and why. */
export interface ExportNote {
  readonly path: string;
  readonly reason: string;
}

/** What was written, and what could not be. */
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

/** What an export would write. */
export interface ExportPreview extends WrittenFolder {
  readonly files: readonly { readonly path: string; readonly sizeBytes: number }[];
}
