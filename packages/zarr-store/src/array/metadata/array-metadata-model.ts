// The checked metadata of a Zarr array, in one form for Zarr v2 and v3.

import type { ChunkKeyEncoding } from "../chunks/chunk-grid.ts";
import type { DType } from "../dtype.ts";
import type { CodecPipeline } from "./codec-pipeline.ts";
import type { FillValue } from "./fill-value.ts";

/** The checked content of a `zarr.json` or `.zarray`. */
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
  /** Always empty for Zarr v2, which keeps attributes in `.zattrs`. */
  readonly attributes: Readonly<Record<string, unknown>>;
}

/** The most axes that an array may have. */
export const MAX_RANK = 8;
