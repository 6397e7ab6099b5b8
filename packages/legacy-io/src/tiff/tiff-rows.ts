// Reads a large uncompressed TIFF a few rows at a time, so that it never has to fit into memory.

import { itemSizeBytes } from "@kym/zarr-store/array";
import type { ByteSource } from "./byte-source.ts";
import { isContiguous } from "./pixels/contiguous.ts";
import { readRows } from "./pixels/read-rows.ts";
import { pageOf, type ReadTiffOptions, rowOptions } from "./read-tiff.ts";
import { openTiffPages, type TiffInfo } from "./tiff-info.ts";

/** An open TIFF whose rows can be read a few at a time. */
export interface TiffRows {
  readonly info: TiffInfo;
  /** Rows of one plane. */
  readonly height: number;
  readonly rowBytes: number;
  /**
   * Reads rows `start` to `stop` into `target`, which has exactly their size. Rows are counted through all planes in C order;
   * one call must stay within one plane.
   */
  readonly readInto: (start: number, stop: number, target: Uint8Array<ArrayBuffer>) => Promise<void>;
}

/**
 * Opens a TIFF for reading it row by row. Returns undefined if that would not be cheaper than reading it whole: it needs
 * uncompressed strips with one sample per pixel. Throws like `readTiff` for faults in the headers.
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
