// The interface to the pixels of one image, which a dataset's records and TIFFs both implement.

import type { DType } from "../array/dtype.ts";
import type { NdArray } from "../array/nd-array.ts";
import type { RegionSelection } from "../array/region.ts";
import type { ReadOptions } from "../runtime/read-options.ts";

/** The shape, type and axes of an image. */
export interface ImageInfo {
  /** Elements along each axis, slowest first (C order). */
  readonly shape: readonly number[];
  readonly dtype: DType;
  /** One name per axis of `shape`; the last two are the plane (rows, columns). */
  readonly axes: readonly string[];
}

/**
 * The pixels of one image, wherever they are kept: in a dataset or in a TIFF.
 *
 * Errors: `not_found`, `invalid_argument` (a channel or region outside the image), `io`.
 */
export interface PixelStore {
  describe(options?: ReadOptions): Promise<ImageInfo>;
  /** Loads one channel, counted from 1. Without a channel axis, channel 1 is the whole image. */
  loadChannel(channel: number, options?: ReadOptions): Promise<NdArray>;
  /** Loads a region, given as one range per axis. */
  loadRegion(selection: RegionSelection, options?: ReadOptions): Promise<NdArray>;
}
