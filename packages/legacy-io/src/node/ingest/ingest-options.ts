// Options of an ingest and of a refresh.

import type { DatasetContents } from "@kym/zarr-store";
import type { WorkShard } from "@kym/zarr-store/runtime";
import type { PathFields } from "../../folder/paths/path-fields.ts";
import type { SidecarFormat } from "../../formats/sidecar-format.ts";
import type { OnChange, RefreshMode } from "../../plan/decide-refresh.ts";
import type { IngestEvent } from "../../plan/ingest-report.ts";
import type { TiffCodec } from "../../tiff/codecs/tiff-codec.ts";
import type { TiffLimits } from "../../tiff/header/tiff-limits.ts";

export interface IngestOptions {
  /** Makes the ids of new images. Default: random UUIDs. */
  readonly newId?: (() => string) | undefined;
  /** The time in nanoseconds since 1970 for the ledger's `ingested_epoch_ns`. Default: the system's clock. */
  readonly nowEpochNs?: (() => bigint) | undefined;
  /** Limits for each TIFF; defaults are in `DEFAULT_TIFF_LIMITS`. They do not apply when an export is restored. */
  readonly limits?: Partial<TiffLimits> | undefined;
  /** Additional TIFF compressions. They take precedence over the built-in ones. */
  readonly codecs?: readonly TiffCodec[] | undefined;
  /**
   * Store the values that ImageJ shows, as float32, where its file states a function of those that it stores. Default false:
   * the stored values, with a note. An image stays as it was ingested.
   */
  readonly applyCalibration?: boolean | undefined;
  /** Compression of the pixels in the dataset. Default `zstd`; `none` is faster but takes more space. */
  readonly compression?: "zstd" | "none" | undefined;
  /** Sidecar formats besides the built-in ones. Give the same every time: a file that no format names counts as gone. */
  readonly formats?: readonly SidecarFormat[] | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface IngestFolderOptions extends IngestOptions {
  /** File names of the images to ingest, with `*`, `?` and `{a,b}`; case is ignored. Default: every TIFF and recording. */
  readonly pattern?: string | undefined;
  /**
   * Which fields of the experiment the names of folders hold, from `parsePathFields`. The dataset remembers it; null makes the
   * dataset forget it. Default: what the dataset remembers.
   */
  readonly pathFields?: PathFields | null | undefined;
  /** Ingest the files beside the images too. Default true. */
  readonly includeSidecars?: boolean | undefined;
  /**
   * Number of acquisitions to read at the same time. Each is read and stored in a worker thread of its own if there are 50 MB or
   * more, the dataset is in a folder of this machine and `codecs` has none of the caller's; 1 uses no thread. Default: one a
   * processor, at most 8; 4 without threads.
   */
  readonly jobs?: number | undefined;
  /**
   * Keep the files of each image as attachments, byte for byte, also of images that the dataset has already. An export gives them back.
   * Default false: of a recording, only pixels and metadata are kept.
   */
  readonly keepOriginal?: boolean | undefined;
  /**
   * Take only one of several parts of the folder, so that several processes or machines divide it: the acquisitions whose path,
   * relative to the folder, has a SHA-256 of that part. All must be given the same folder, under the same absolute path, and the same
   * options. Every shard makes the plan of the whole folder. Shard 0 alone reports orphans and files that no rule knows. A folder
   * that an export wrote is not divided. Default: the whole folder.
   */
  readonly shard?: WorkShard | undefined;
  /** Ingest files whose images were deleted from the dataset as new images. Default false: they are skipped. */
  readonly returnDeleted?: boolean | undefined;
  /** Report what would be done, and write nothing. Default false. */
  readonly dryRun?: boolean | undefined;
  readonly onEvent?: ((event: IngestEvent) => void) | undefined;
  /**
   * Called with each new image when it is stored, in the transaction that commits it: what it was made of was written a moment
   * ago. It only reads. If the transaction has to run again, so does this. An error ends the ingest; images of an export that
   * is restored are not announced.
   */
  readonly onStored?: ((record: ReturnType<DatasetContents["record"]>) => Promise<void>) | undefined;
}

export interface RefreshOptions extends IngestFolderOptions {
  /** What to do with a TIFF that changed: `skip` (the default) leaves it alone, `reingest_if_changed` ingests it again. */
  readonly mode?: RefreshMode | undefined;
  /** Where a reingested TIFF goes: to a record beside the old one (`new-record`, the default) or in its place (`supersede`). */
  readonly onChange?: OnChange | undefined;
  /**
   * Read again what a reader with a known silent fault may have read wrong (see `findFaultyReads`), although its files did not
   * change. If the pixels differ, a new record takes the place of the old one, as with `supersede`; otherwise only artifacts
   * that differ are replaced. Default false.
   */
  readonly again?: boolean | undefined;
  /** Hash every file, whatever its size and time say. Default false. */
  readonly verify?: boolean | undefined;
}
