// Reads rows of one page: copies or decodes the strips and tiles that hold them.

import { itemSizeBytes } from "@kym/zarr-store/array";
import { MACHINE_ENDIAN, swapInPlace } from "@kym/zarr-store/bytes";
import type { ByteSource } from "../byte-source.ts";
import type { DecodeBudget } from "../header/decode-budget.ts";
import { fillSamples } from "../page/fill-value.ts";
import { neededRows, samplesPerTilePixel, storedRowBytes, tileBytes } from "../page/page-geometry.ts";
import { isUnwritten } from "../page/settle-segments.ts";
import type { TiffPage } from "../page/tiff-page.ts";
import { isContiguous, planRuns, readRuns } from "./contiguous.ts";
import { type DecodedNotes, decodeTile } from "./decode-tile.ts";
import { createPause } from "./pause.ts";
import { undoDifferences, undoFloatDifferences } from "./predictor.ts";
import { segmentWindow } from "./segment-window.ts";
import { undoSignedOffset } from "./signed-offset.ts";
import { unpackRows } from "./unpack-samples.ts";

export interface ReadRowsOptions {
  readonly isLittleEndian: boolean;
  readonly budget: DecodeBudget;
  readonly signal: AbortSignal | undefined;
  /** What decoding finds out about the file, for warnings. */
  readonly notes: DecodedNotes;
}

/** Up to this size a library's decoder also holds the pieces of a tile before it joins them. */
const MAX_PIECES_BYTES = 2 ** 24;

/**
 * Reads rows `[rowStart, rowStop)` of a page into `target`, which has exactly their size, in the machine's byte order. A strip
 * that is needed whole is decoded straight into `target`; other strips and all tiles need scratch memory.
 * @throws {LegacyIoError} `invalid_file` for damaged or truncated pixels; `not_supported`, also for a limit; `io`; `aborted`
 */
export async function readRows(
  source: ByteSource,
  page: TiffPage,
  rowStart: number,
  rowStop: number,
  target: Uint8Array<ArrayBuffer>,
  options: ReadRowsOptions,
): Promise<void> {
  if (isContiguous(page)) {
    await readRuns(source, planRuns(page, rowStart, rowStop), target, options.signal, options.budget);
    if (options.isLittleEndian !== (MACHINE_ENDIAN === "little")) {
      swapInPlace(target, itemSizeBytes(page.dtype));
    }
  } else {
    await decodeRows(source, page, rowStart, rowStop, target, options);
  }
  if (page.hasSignedOffset) {
    undoSignedOffset(target);
  }
}

/** Decodes the rows of a page tile by tile. The values are those of the file, before `undoSignedOffset`. */
async function decodeRows(
  source: ByteSource,
  page: TiffPage,
  rowStart: number,
  rowStop: number,
  target: Uint8Array<ArrayBuffer>,
  options: ReadRowsOptions,
): Promise<void> {
  const itemBytes = itemSizeBytes(page.dtype);
  const pause = createPause(options.signal, options.budget);
  const tileRowBytes = tileBytes(page) / page.tileHeight;
  const rowLength = tileRowBytes / itemBytes;
  const storedBytes = storedRowBytes(page);
  const isUnpacked = page.format.layout === "whole";
  const isWanted = ({ index, firstRow }: TilePlace): boolean =>
    !page.isTiled && firstRow >= rowStart && firstRow + neededRows(page, index) <= rowStop;
  const isWhole =
    rowStart % page.tileHeight === 0 && (rowStop % page.tileHeight === 0 || rowStop === page.height);
  const scratchBytes = isWhole && !page.isTiled ? 0 : tileBytes(page);
  const packedBytes = isUnpacked ? 0 : storedBytes * page.tileHeight;
  options.budget.lend(scratchBytes + packedBytes + decoderBytes(page), "decoding");
  const scratch = new Uint8Array(scratchBytes);
  const packed = new Uint8Array(packedBytes);
  const segments = segmentWindow(source, page, options.budget, stopIndexOf(page, rowStop));
  try {
    for (const place of tilesOfRows(page, rowStart, rowStop)) {
      const turn = pause();
      if (turn !== undefined) {
        await turn;
      }
      const rows = neededRows(page, place.index);
      const start = (place.plane * (rowStop - rowStart) + place.firstRow - rowStart) * tileRowBytes;
      const decoded = isWanted(place)
        ? target.subarray(start, start + rows * tileRowBytes)
        : scratch.subarray(0, rows * tileRowBytes);
      if (isUnwritten(page, place.index)) {
        fillSamples(decoded, page.fill);
      } else {
        const stored = isUnpacked ? decoded : packed.subarray(0, rows * storedBytes);
        await decodeTile(segments, page, place.index, stored, options);
        undoPredictor(page, stored, rowLength, options.isLittleEndian);
        if (!isUnpacked) {
          unpackRows(stored, page.format, rowLength, decoded);
        }
      }
      if (decoded.buffer !== target.buffer) {
        placeTile(page, place, decoded, tileRowBytes, rowStart, rowStop, target);
      }
    }
  } finally {
    segments.release();
  }
}

/** Turns stored samples into the machine's byte order and undoes the predictor, in place. */
function undoPredictor(
  page: TiffPage,
  stored: Uint8Array<ArrayBuffer>,
  rowLength: number,
  isLittleEndian: boolean,
): void {
  const { bits, layout } = page.format;
  const itemBytes = bits === 64 ? 8 : bits === 32 ? 4 : bits === 16 ? 2 : 1;
  if (page.predictor === 3) {
    undoFloatDifferences(stored, itemBytes, rowLength, samplesPerTilePixel(page));
    return;
  }
  if (isLittleEndian !== (MACHINE_ENDIAN === "little") && layout !== "packed") {
    swapInPlace(stored, itemBytes);
  }
  if (page.predictor === 2) {
    undoDifferences(stored, itemBytes, rowLength, samplesPerTilePixel(page));
  }
}

/** The most memory that decompressing one tile takes beside the tile itself. */
function decoderBytes(page: TiffPage): number {
  const sizeBytes = storedRowBytes(page) * page.tileHeight;
  const pieces = sizeBytes + Math.min(sizeBytes, MAX_PIECES_BYTES);
  return page.codec.name === "none" ? 0 : Math.max(pieces, sizeBytes * (page.codec.memoryRatio ?? 0));
}

interface TilePlace {
  readonly index: number;
  readonly plane: number;
  readonly firstRow: number;
  readonly firstColumn: number;
}

function* tilesOfRows(page: TiffPage, rowStart: number, rowStop: number): Generator<TilePlace> {
  const across = Math.ceil(page.width / page.tileWidth);
  const down = Math.ceil(page.height / page.tileHeight);
  const planes = page.offsets.length / (across * down);
  for (let plane = 0; plane < planes; plane++) {
    for (let row = Math.floor(rowStart / page.tileHeight); row * page.tileHeight < rowStop; row++) {
      for (let column = 0; column < across; column++) {
        yield {
          index: (plane * down + row) * across + column,
          plane,
          firstRow: row * page.tileHeight,
          firstColumn: column * page.tileWidth,
        };
      }
    }
  }
}

/** The index after the last strip or tile that these rows need. Those of one plane of samples, and of the last, are in one run. */
function stopIndexOf(page: TiffPage, rowStop: number): number {
  const across = Math.ceil(page.width / page.tileWidth);
  const down = Math.ceil(page.height / page.tileHeight);
  const planes = page.offsets.length / (across * down);
  return ((planes - 1) * down + Math.ceil(rowStop / page.tileHeight)) * across;
}

function placeTile(
  page: TiffPage,
  { plane, firstRow, firstColumn }: TilePlace,
  tile: Uint8Array,
  tileRowBytes: number,
  rowStart: number,
  rowStop: number,
  target: Uint8Array,
): void {
  const pixelBytes = tileRowBytes / page.tileWidth;
  const rowBytes = page.width * pixelBytes;
  const columnBytes = Math.min(page.tileWidth, page.width - firstColumn) * pixelBytes;
  const planeOffset = plane * (rowStop - rowStart) * rowBytes;
  const stop = Math.min(rowStop, page.height, firstRow + tile.byteLength / tileRowBytes);
  for (let row = Math.max(rowStart, firstRow); row < stop; row++) {
    const from = (row - firstRow) * tileRowBytes;
    const to = planeOffset + (row - rowStart) * rowBytes + firstColumn * pixelBytes;
    target.set(tile.subarray(from, from + columnBytes), to);
  }
}
