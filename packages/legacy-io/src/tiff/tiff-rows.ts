import { itemSizeBytes } from "@kym/zarr-store/array";
import type { ByteSource } from "./byte-source.ts";
import { isContiguous } from "./pixels/contiguous.ts";
import { readRows } from "./pixels/read-rows.ts";
import { pageOf, type ReadTiffOptions, rowOptions } from "./read-tiff.ts";
import { openTiffPages, type TiffInfo } from "./tiff-info.ts";

/** A TIFF whose rows are read a few at a time. */
export interface TiffRows {
  readonly info: TiffInfo;
  /** Of one plane. */
  readonly height: number;
  readonly rowBytes: number;
  /**
   * Rows `start` to `stop` of all planes, one after another in C order, into `target`, which has exactly their size; they
   * must be of one plane.
   */
  readonly readInto: (start: number, stop: number, target: Uint8Array<ArrayBuffer>) => Promise<void>;
}

/**
 * Opens a TIFF for reading it row by row. Undefined where that is no cheaper than reading it whole: rows can be read where
 * they lie in uncompressed strips of one sample a pixel only. Errors: as `readTiff`, for what its headers show.
 */
export async function openTiffRows(
  source: ByteSource,
  options: ReadTiffOptions = {},
): Promise<TiffRows | undefined> {
  const tiff = await openTiffPages(source, options);
  const [page] = tiff.pages;
  if (page === undefined || page.samplesPerPixel !== 1 || !tiff.pages.every(isContiguous)) {
    return undefined;
  }
  const { height, width } = page;
  return {
    info: tiff.info,
    height,
    rowBytes: width * itemSizeBytes(page.dtype),
    readInto: async (start, stop, target) => {
      const plane = Math.floor(start / height);
      const from = pageOf(tiff, plane) ?? page;
      await readRows(
        source,
        from,
        start - plane * height,
        stop - plane * height,
        target,
        rowOptions(tiff, options),
      );
    },
  };
}
