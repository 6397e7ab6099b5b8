// Reads rows of one page: copies or decodes the strips and tiles that hold them.

import { itemSizeBytes } from "@kym/zarr-store/array";
import { MACHINE_ENDIAN, swapInPlace } from "@kym/zarr-store/bytes";
import { LegacyIoError } from "../../errors.ts";
import type { ByteSource } from "../byte-source.ts";
import type { TiffCodec } from "../codecs/tiff-codec.ts";
import type { DecodeBudget } from "../header/decode-budget.ts";
import { isContiguous, planRuns, readRuns } from "./contiguous.ts";
import { createPause } from "./pause.ts";
import { undoDifferences, undoFloatDifferences } from "./predictor.ts";
import { undoSignedOffset } from "./signed-offset.ts";
import { neededBytes, samplesPerTilePixel, type TiffPage, tileBytes } from "./tiff-page.ts";

export interface ReadRowsOptions {
  readonly isLittleEndian: boolean;
  readonly budget: DecodeBudget;
  readonly signal: AbortSignal | undefined;
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
    await readRuns(source, planRuns(page, rowStart, rowStop), target, options.signal);
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
  const isSwapped = options.isLittleEndian !== (MACHINE_ENDIAN === "little");
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

/** The most memory that decompressing one tile takes beside the tile itself. */
function decoderBytes(page: TiffPage): number {
  const sizeBytes = tileBytes(page);
  return page.codec.name === "none" ? 0 : sizeBytes + Math.min(sizeBytes, MAX_PIECES_BYTES);
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

/** Fills `target` with the decompressed bytes of a tile, to which the predictor still applies. */
async function decodeTile(
  source: ByteSource,
  page: TiffPage,
  index: number,
  target: Uint8Array<ArrayBuffer>,
  { budget }: ReadRowsOptions,
): Promise<void> {
  const offset = page.offsets[index] ?? 0;
  const bytes = await budget.outside(() => source.read(offset, page.byteCounts[index] ?? 0));
  const pending = decompress(page.codec, bytes, tileBytes(page), budget.check);
  // Do not await bytes that are there already: other tasks would run, and their time would count as this file's.
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

/** Runs a codec. Its errors become `invalid_file`, except a `LegacyIoError`, which is passed on. */
function decompress(
  { name, decode }: TiffCodec,
  bytes: Uint8Array,
  maxBytes: number,
  check: () => void,
): Uint8Array | Promise<Uint8Array> {
  const damaged = (cause: unknown): LegacyIoError => {
    if (cause instanceof LegacyIoError) {
      return cause;
    }
    const reason = cause instanceof Error ? cause.message : String(cause);
    const details = { expected: maxBytes, cause };
    return new LegacyIoError("invalid_file", `damaged ${name} data: ${reason}`, details);
  };
  const bounded = (decoded: Uint8Array): Uint8Array => {
    if (decoded.byteLength > maxBytes) {
      throw damaged(`${decoded.byteLength} bytes where at most ${maxBytes} are expected`);
    }
    return decoded;
  };
  try {
    const decoded = decode(bytes, maxBytes, check);
    return decoded instanceof Uint8Array
      ? bounded(decoded)
      : decoded.then(bounded).catch((cause: unknown) => Promise.reject(damaged(cause)));
  } catch (cause) {
    throw damaged(cause);
  }
}
