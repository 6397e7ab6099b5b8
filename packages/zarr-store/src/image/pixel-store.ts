import type { DType } from "../array/dtype.ts";
import type { NdArray } from "../array/nd-array.ts";
import type { RegionSelection } from "../array/region.ts";
import type { ReadOptions } from "../runtime/read-options.ts";

/** What an image is, without its pixels. */
export interface ImageInfo {
  /** Elements along each axis, slowest first (C order). */
  readonly shape: readonly number[];
  readonly dtype: DType;
  /** One name per axis of `shape`; the last two are the plane (rows, columns). */
  readonly axes: readonly string[];
}

/**
 * The pixels of one image, wherever they are: a record, a TIFF.
 * Errors: `not_found`, `invalid_argument` (a channel or region outside the image), `io`.
 */
export interface PixelStore {
  describe(options?: ReadOptions): Promise<ImageInfo>;
  /** Channels are numbered from 1. Without a channel axis, channel 1 is the whole image. */
  loadChannel(channel: number, options?: ReadOptions): Promise<NdArray>;
  loadRegion(selection: RegionSelection, options?: ReadOptions): Promise<NdArray>;
}
