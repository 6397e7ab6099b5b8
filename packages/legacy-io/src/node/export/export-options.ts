// Options and reports of an export.

import type { ExportLeftOut } from "../../export/export-manifest.ts";
import type { SidecarFormat } from "../../formats/sidecar-format.ts";

/**
 * The files that an export writes.
 *
 * | format | files |
 * |---|---|
 * | `legacy` | TIFF, JSON, CSV and NPY, from which the dataset can be restored |
 * | `kymflow` | the files of the older application |
 * | `imagej` | calibrated TIFFs and ROIs |
 * | `ome-zarr` | OME-NGFF 0.5: one image as the root, or several below one root. Images can be restored, tables cannot |
 * | `acqstore` | each image as `<stem>.cs.ome.zarr`, with the files of acqstore. Images can be restored, tables cannot |
 *
 * The last two never hold an absolute path of this machine.
 *
 * @see docs/ngff-export.md
 */
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

/** All formats of an export. */
export const EXPORT_FORMATS = ["legacy", "kymflow", "imagej", "ome-zarr", "acqstore"] as const;

/**
 * Where the format `legacy` puts the files of an image.
 *
 * | layout | pixels | the rest |
 * |---|---|---|
 * | `ids` | `images/<id>/image.tif` | in that folder |
 * | `lab` | at the relative path that the image came from | beside it, as `<stem>.<name>.json` and so on |
 *
 * What acqstore wrote beside the TIFF, such as `<name>.tif.json`, is beside it again with `lab` and in the format `imagej`, byte for
 * byte. With `lab` there is an `index.csv` with the id and the original path of each file. Names that Windows forbids are
 * escaped; the later of two images of one name, also in another case, gets `~2`.
 */
export type ExportLayout = "ids" | "lab";

export interface ExportFolderOptions {
  /** Default `legacy`. */
  readonly format?: ExportFormat | undefined;
  /** Default `ids`. The other formats are always laid out as the lab's folder. */
  readonly layout?: ExportLayout | undefined;
  /**
   * The images to export. Pooled tables then have only the rows of these images, and tables that name no images are left
   * out; the report and `export.json` list what is missing. Default: all.
   */
  readonly imageIds?: readonly string[] | undefined;
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
    | ((event: {
        readonly imageId: string;
        /** Where the image is in the export. */
        readonly path: string;
        readonly done: number;
        readonly total: number;
      }) => void)
    | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Why an attachment is left out of an export without absolute paths. */
export const MAY_HAVE_PATHS = "left out: it is not text and may contain a path of this machine";

/** Something that was changed for the export or left out, and why. */
export interface ExportNote {
  readonly path: string;
  readonly reason: string;
}

/** An image or a table that could not be read, so that the export does not have it. */
export interface ExportFailure {
  /** Where the image came from, as far as that is known; for a table, its name in words. */
  readonly path: string;
  /** Undefined for a table. */
  readonly imageId?: string | undefined;
  /** The code of the error, such as `integrity` or `modified_outside`. */
  readonly code: string;
  /** In words for people. */
  readonly reason: string;
}

/** Counts of what was written, what was left out, and notes about what could not be written. */
export interface WrittenFolder {
  readonly images: number;
  readonly tables: number;
  /** What the dataset has besides: on request, or because it could not be read. Undefined if that is nothing. */
  readonly leftOut?: ExportLeftOut | undefined;
  readonly notes: readonly ExportNote[];
  /** What could not be read. The rest was exported. */
  readonly failed: readonly ExportFailure[];
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
