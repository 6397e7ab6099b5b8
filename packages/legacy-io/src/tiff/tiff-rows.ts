// Reads a large TIFF a few rows at a time, so that it never has to fit into memory.

import { itemSizeBytes } from "@kym/zarr-store/array";
import type { ByteSource } from "./byte-source.ts";
import { tileBytes } from "./page/page-geometry.ts";
import type { TiffPage } from "./page/tiff-page.ts";
import { isContiguous } from "./pixels/contiguous.ts";
import { readRows } from "./pixels/read-rows.ts";
import { pageOf, type ReadTiffOptions, rowOptions, withNotes } from "./read-tiff.ts";
import { type OpenedTiff, openTiffPages, type TiffInfo } from "./tiff-info.ts";

/** A strip that decodes to more is not decoded for a few of its rows. */
const MOST_STRIP_BYTES = 2 ** 22;

/** An open TIFF whose rows can be read a few at a time. */
export interface TiffRows {
  /** What the file says, and what reading its rows has found out so far. */
  readonly info: TiffInfo;
  /** Rows of one plane. */
  readonly height: number;
  readonly rowBytes: number;
  /**
   * Reads rows `start` to `stop` into `target`, which has exactly their size. Rows are counted through all planes in C order;
   * one call must stay within one plane. Of compressed strips it is meant to be called in the order of the rows: a strip whose
   * rows are asked for by two calls in a row is decoded once.
   */
  readonly readInto: (start: number, stop: number, target: Uint8Array<ArrayBuffer>) => Promise<void>;
}

/**
 * Opens a TIFF for reading it row by row. Returns undefined if that would not be cheaper than reading it whole: it needs
 * strips with one sample per pixel, compressed ones of at most 4 MiB, and pages that are planes of the image. Throws like `readTiff` for faults in the headers.
 */
export async function openTiffRows(
  source: ByteSource,
  options: ReadTiffOptions = {},
): Promise<TiffRows | undefined> {
  const tiff = await openTiffPages(source, options);
  const [page] = tiff.pages;
  const isReadInRows = (each: TiffPage): boolean =>
    isContiguous(each) || (!each.isTiled && tileBytes(each) <= MOST_STRIP_BYTES);
  if (
    page === undefined ||
    tiff.layout.joined !== undefined ||
    page.samplesPerPixel !== 1 ||
    !tiff.pages.every(isReadInRows)
  ) {
    return undefined;
  }
  const { height, width } = page;
  const rowBytes = width * itemSizeBytes(page.dtype);
  const decoded = decodedStrips(source, tiff, options, rowBytes);
  // Between two calls, others use this thread.
  let goOn = tiff.budget.pause();
  return {
    get info() {
      return withNotes(tiff);
    },
    height,
    rowBytes,
    readInto: async (start, stop, target) => {
      const plane = Math.floor(start / height);
      const from = pageOf(tiff, plane) ?? page;
      const [first, end] = [start - plane * height, stop - plane * height];
      goOn();
      try {
        await (isContiguous(from)
          ? readRows(source, from, first, end, target, rowOptions(tiff, options))
          : decoded(from, first, end, target));
      } finally {
        goOn = tiff.budget.pause();
      }
    },
  };
}

type ReadPageRows = (
  page: TiffPage,
  start: number,
  stop: number,
  target: Uint8Array<ArrayBuffer>,
) => Promise<void>;

/** Decodes whole strips into their place, and keeps the last one of which only some rows were asked for. */
function decodedStrips(
  source: ByteSource,
  tiff: OpenedTiff,
  options: ReadTiffOptions,
  rowBytes: number,
): ReadPageRows {
  let kept:
    | { readonly page: TiffPage; readonly start: number; readonly bytes: Uint8Array<ArrayBuffer> }
    | undefined;
  const decode: ReadPageRows = (page, start, stop, target) =>
    readRows(source, page, start, stop, target, rowOptions(tiff, options));
  const keep = async (page: TiffPage, start: number): Promise<Uint8Array<ArrayBuffer>> => {
    if (kept?.page !== page || kept.start !== start) {
      const rows = Math.min(page.tileHeight, page.height - start);
      const memory = kept?.bytes.buffer ?? new ArrayBuffer(page.tileHeight * rowBytes);
      kept = undefined;
      const sizeBytes = rows * rowBytes;
      const bytes = new Uint8Array(
        memory.byteLength < sizeBytes ? new ArrayBuffer(sizeBytes) : memory,
        0,
        sizeBytes,
      );
      await decode(page, start, start + rows, bytes);
      kept = { page, start, bytes };
    }
    return kept.bytes;
  };
  return async (page, start, stop, target) => {
    for (let row = start; row < stop; ) {
      const stripStart = row - (row % page.tileHeight);
      const stripStop = Math.min(page.height, stripStart + page.tileHeight);
      const wholeStop = stop === page.height ? stop : stop - (stop % page.tileHeight);
      const place = (row - start) * rowBytes;
      if (row === stripStart && wholeStop > row) {
        await decode(page, row, wholeStop, target.subarray(place, place + (wholeStop - row) * rowBytes));
        row = wholeStop;
      } else {
        const end = Math.min(stop, stripStop);
        const bytes = await keep(page, stripStart);
        target.set(bytes.subarray((row - stripStart) * rowBytes, (end - stripStart) * rowBytes), place);
        row = end;
      }
    }
  };
}
