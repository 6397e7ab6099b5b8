import type { ChunkKeyEncoding } from "../chunks/chunk-grid.ts";
import type { DType } from "../dtype.ts";
import type { CodecPipeline } from "./codec-pipeline.ts";
import type { FillValue } from "./fill-value.ts";

/** What a Zarr array is, as its `zarr.json` or `.zarray` says, checked. */
export interface ArrayMetadata<D extends DType = DType> {
  readonly zarrFormat: 2 | 3;
  readonly dtype: D;
  readonly shape: readonly number[];
  readonly chunkShape: readonly number[];
  readonly chunkKeyEncoding: ChunkKeyEncoding;
  readonly fillValue: FillValue;
  readonly codecs: CodecPipeline;
  /** One per axis; null for an axis without a name. */
  readonly dimensionNames?: readonly (string | null)[];
  /** Empty for Zarr v2, which keeps them in `.zattrs`. */
  readonly attributes: Readonly<Record<string, unknown>>;
}

/** Arrays of more axes are not read. */
export const MAX_RANK = 8;
