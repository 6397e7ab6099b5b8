import type { SidecarFormat } from "../../formats/sidecar-format.ts";
import type { OnChange, RefreshMode } from "../../plan/decide-refresh.ts";
import type { IngestEvent } from "../../plan/ingest-report.ts";
import type { TiffCodec } from "../../tiff/codecs/tiff-codec.ts";
import type { TiffLimits } from "../../tiff/header/tiff-limits.ts";

export interface IngestOptions {
  /** Default: random UUIDs. */
  readonly newId?: (() => string) | undefined;
  /** Nanoseconds since 1970, for `ingested_epoch_ns`. Default: the system's clock. */
  readonly nowEpochNs?: (() => bigint) | undefined;
  /** Of each TIFF; what is not given is as in `DEFAULT_TIFF_LIMITS`. What was exported comes back whatever its size. */
  readonly limits?: Partial<TiffLimits> | undefined;
  /** Compressions of TIFFs of your own: they come before those that are always read. */
  readonly codecs?: readonly TiffCodec[] | undefined;
  /** Of the pixels in the dataset. Default `zstd`; `none` takes in faster, and is larger. */
  readonly compression?: "zstd" | "none" | undefined;
  /** Formats of sidecars besides the built-in ones. Give the same each time: a file that none of them names counts as gone. */
  readonly formats?: readonly SidecarFormat[] | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface IngestFolderOptions extends IngestOptions {
  /** Which images, by file name; `*`, `?` and `{a,b}`, in any case. Default `*.{tif,tiff}`. */
  readonly pattern?: string | undefined;
  /** Default true. */
  readonly includeSidecars?: boolean | undefined;
  /** Files read at the same time. Default 4. */
  readonly jobs?: number | undefined;
  /** Says what would be done, and writes nothing. Default false. */
  readonly dryRun?: boolean | undefined;
  readonly onEvent?: ((event: IngestEvent) => void) | undefined;
}

export interface RefreshOptions extends IngestFolderOptions {
  /** Whether a TIFF that changed is left alone (the default), or taken in once more. */
  readonly mode?: RefreshMode | undefined;
  /** Whether it becomes a record beside the old one (the default, ticket 6), or in its place. */
  readonly onChange?: OnChange | undefined;
}
