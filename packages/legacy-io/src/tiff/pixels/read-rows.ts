import { itemSizeBytes } from "@kym/zarr-store";
import { IS_LITTLE_ENDIAN_MACHINE, swapInPlace } from "../../bytes/byte-order.ts";
import { LegacyIoError } from "../../errors.ts";
import type { ByteSource } from "../byte-source.ts";
import { decodeZstdWithGeotiff } from "../codecs/geotiff-zstd.ts";
import { inflate } from "../codecs/inflate.ts";
import { decodeLzw } from "../codecs/lzw.ts";
import { decodePackBits } from "../codecs/packbits.ts";
import type { DecodeBudget } from "../header/decode-budget.ts";
import { isContiguous, planRuns, readRuns } from "./contiguous.ts";
import { createPause } from "./pause.ts";
import { undoDifferences, undoFloatDifferences } from "./predictor.ts";
import { undoSignedOffset } from "./signed-offset.ts";
import { neededBytes, samplesPerTilePixel, type TiffPage, tileBytes } from "./tiff-page.ts";

/**
 * Decompresses to at most `maxBytes`, or throws; what is beyond is not allocated. One that works piece by piece calls
 * `check` between them, which throws once the time is up.
 */
export type Decompress = (
  bytes: Uint8Array,
  maxBytes: number,
  check: () => void,
) => Uint8Array | Promise<Uint8Array>;

/** Faster decompressors than those that run everywhere; `nodeTiffCodecs` of `./node` has them. */
export interface TiffCodecs {
  /** A zlib stream (RFC 1950). Default: the platform's `DecompressionStream`. */
  readonly inflate?: Decompress | undefined;
  /** A zstd frame (RFC 8878). Default: the decoder that geotiff brings. */
  readonly zstd?: Decompress | undefined;
}

export interface ReadRowsOptions {
  readonly isLittleEndian: boolean;
  readonly codecs: TiffCodecs;
  readonly budget: DecodeBudget;
  readonly signal: AbortSignal | undefined;
}

/** Decoders of a library return the pieces of a tile put together, which for small ones takes as much again. */
const MAX_PIECES_BYTES = 2 ** 24;

/**
 * Reads rows `[rowStart, rowStop)` of a page into `target`, which has exactly their size, in the machine's byte order.
 * A strip that is wanted whole is decoded where it belongs, any other tile beside it.
 * Errors: `invalid_file` for damaged or truncated pixels, `not_supported`, also beyond a limit, `io`, `aborted`.
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
    await readRuns(source, planRuns(page, rowStart, rowStop), target, options.signal);
    if (options.isLittleEndian !== IS_LITTLE_ENDIAN_MACHINE) {
      swapInPlace(target, itemSizeBytes(page.dtype));
    }
  } else {
    await decodeRows(source, page, rowStart, rowStop, target, options);
  }
  if (page.hasSignedOffset) {
    undoSignedOffset(target);
  }
}

/** The rows of a page that is decoded tile by tile; their values are those that the file has. */
async function decodeRows(
  source: ByteSource,
  page: TiffPage,
  rowStart: number,
  rowStop: number,
  target: Uint8Array<ArrayBuffer>,
  options: ReadRowsOptions,
): Promise<void> {
  const itemBytes = itemSizeBytes(page.dtype);
  const isSwapped = options.isLittleEndian !== IS_LITTLE_ENDIAN_MACHINE;
  const pause = createPause(options.signal, options.budget);
  const tileRowBytes = tileBytes(page) / page.tileHeight;
  const rowLength = tileRowBytes / itemBytes;
  const isWanted = ({ index, firstRow }: TilePlace): boolean =>
    !page.isTiled && firstRow >= rowStart && firstRow + neededBytes(page, index) / tileRowBytes <= rowStop;
  const isWhole =
    rowStart % page.tileHeight === 0 && (rowStop % page.tileHeight === 0 || rowStop === page.height);
  const scratchBytes = isWhole && !page.isTiled ? 0 : tileBytes(page);
  options.budget.lend(scratchBytes + decoderBytes(page), "decoding");
  const scratch = new Uint8Array(scratchBytes);
  for (const place of tilesOfRows(page, rowStart, rowStop)) {
    await pause();
    const sizeBytes = neededBytes(page, place.index);
    const start = (place.plane * (rowStop - rowStart) + place.firstRow - rowStart) * tileRowBytes;
    const decoded = isWanted(place)
      ? target.subarray(start, start + sizeBytes)
      : scratch.subarray(0, sizeBytes);
    await decodeTile(source, page, place.index, decoded, options);
    if (page.predictor === 3) {
      undoFloatDifferences(decoded, itemBytes === 8 ? 8 : 4, rowLength, samplesPerTilePixel(page));
    } else {
      if (isSwapped) {
        swapInPlace(decoded, itemBytes);
      }
      if (page.predictor === 2) {
        undoDifferences(decoded, itemBytes, rowLength, samplesPerTilePixel(page));
      }
    }
    if (decoded.buffer !== target.buffer) {
      placeTile(page, place, decoded, tileRowBytes, rowStart, rowStop, target);
    }
  }
}

/** The most that decompressing one tile takes beside the tile itself. */
function decoderBytes(page: TiffPage): number {
  const sizeBytes = tileBytes(page);
  return page.compression === "none" ? 0 : sizeBytes + Math.min(sizeBytes, MAX_PIECES_BYTES);
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

/** Fills `target` with a tile's bytes as they are before prediction, or throws. */
async function decodeTile(
  source: ByteSource,
  page: TiffPage,
  index: number,
  target: Uint8Array<ArrayBuffer>,
  { codecs, budget }: ReadRowsOptions,
): Promise<void> {
  const offset = page.offsets[index] ?? 0;
  const bytes = await budget.outside(() => source.read(offset, page.byteCounts[index] ?? 0));
  const pending = decompress(page, bytes, tileBytes(page), codecs, budget.check);
  // Waiting for what is there already would give others a turn, at the cost of this file's time.
  const decoded = pending instanceof Uint8Array ? pending : await pending;
  if (decoded.byteLength < target.byteLength) {
    const name = page.isTiled ? "tile" : "strip";
    throw new LegacyIoError(
      "invalid_file",
      `TIFF ${name} ${index} ends early: ${decoded.byteLength} of its ${target.byteLength} bytes`,
      { offset, expected: target.byteLength, found: decoded.byteLength },
    );
  }
  target.set(decoded.subarray(0, target.byteLength));
}

function decompress(
  page: TiffPage,
  bytes: Uint8Array,
  maxBytes: number,
  codecs: TiffCodecs,
  check: () => void,
): Uint8Array | Promise<Uint8Array> {
  switch (page.compression) {
    case "none":
      return bytes;
    case "lzw": {
      const decoded = new Uint8Array(maxBytes);
      return decoded.subarray(0, decodeLzw(bytes, decoded, check));
    }
    case "packbits": {
      const decoded = new Uint8Array(maxBytes);
      return decoded.subarray(0, decodePackBits(bytes, decoded, check));
    }
    case "deflate":
      return (codecs.inflate ?? inflate)(bytes, maxBytes, check);
    case "zstd":
      return (codecs.zstd ?? decodeZstdWithGeotiff)(bytes, maxBytes, check);
    default:
      return page.compression satisfies never;
  }
}
