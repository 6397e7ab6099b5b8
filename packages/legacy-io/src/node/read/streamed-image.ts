// Ingests a large TIFF without holding it in memory: hashes it first, then reads it again while it is stored.

import { stat } from "node:fs/promises";
import { setImmediate } from "node:timers/promises";
import type { ArrayRows, NdArray } from "@kym/zarr-store";
import { ndArrayBytes } from "@kym/zarr-store/array";
import { throwIfAborted } from "@kym/zarr-store/runtime";
import { LegacyIoError } from "../../errors.ts";
import type { BundleFile } from "../../folder/bundle.ts";
import { imageLayout } from "../../tiff/axes/image-layout.ts";
import { arrayOver } from "../../tiff/pixels/array-over.ts";
import type { ReadTiffOptions } from "../../tiff/read-tiff.ts";
import type { TiffInfo } from "../../tiff/tiff-info.ts";
import { openTiffRows, type TiffRows } from "../../tiff/tiff-rows.ts";
import type { ReadFile } from "../files/read-stable.ts";
import { ReusedBuffers } from "../files/reused-buffers.ts";
import { newSha256 } from "../files/sha256-of.ts";
import { assertFileSize, MAX_FILE_BYTES } from "../tiff/assert-file-size.ts";
import { type FileSource, openFileSource } from "../tiff/file-source.ts";

/** Files of this size or more are not held in memory during an ingest. */
export const STREAMED_FROM_BYTES: number = 64 * 2 ** 20;

const BLOCK_BYTES = 4 * 2 ** 20;
/** The blocks of files that are read one after another. */
const blocks = new ReusedBuffers();

/** An image that stays in its file. It has been read once, block by block, for its hashes. */
export interface StreamedImage {
  readonly file: ReadFile;
  /** The pixels, read from the file on demand. Reading fails with `io` if they are not the ones that were hashed. */
  readonly pixels: ArrayRows;
  readonly pixelsSha256: string;
  readonly info: TiffInfo;
  readonly close: () => void;
}

/**
 * Hashes a file and its pixels block by block, and leaves the file open. If the file changes meanwhile, it is hashed once
 * more, then given up. Returns undefined for a TIFF that can only be decoded as a whole, or that is small,
 * or whose axes get another order or values are converted.
 *
 * @throws LegacyIoError `io`, `not_supported` if it is too large, `aborted`; as `readTiff` for errors in its headers.
 */
export async function openStreamedImage<F extends BundleFile>(
  file: F,
  options: StreamOptions,
): Promise<StreamedImage | undefined> {
  return readRowsAtRest(file, options, async (rows, { sha256, source }) => {
    const pixelsSha256 = await hashPixels(rows, options.signal);
    const { pixels, release } = verifiedRows(rows, file, pixelsSha256);
    const { info } = rows;
    return {
      file: { ...file, sizeBytes: source.sizeBytes, mtimeNs: source.mtimeNs, sha256 },
      pixels,
      pixelsSha256,
      info,
      close: () => {
        release();
        source.close();
      },
    };
  });
}

/** An image whose pixels were read once, and given to what stores them. */
export interface PassedImage<T> extends Pick<StreamedImage, "file" | "pixelsSha256" | "info"> {
  readonly stored: T;
}

/**
 * Hashes a file block by block, then gives its pixels to `store`, which must read all of them once and in order: they are hashed as
 * they pass. If the file changes meanwhile, all of this is done once more. Returns undefined as {@link openStreamedImage} does.
 *
 * @throws LegacyIoError as {@link openStreamedImage}; whatever `store` throws
 */
export async function passStreamedImage<F extends BundleFile, T>(
  file: F,
  options: StreamOptions,
  store: (pixels: ArrayRows, info: TiffInfo) => Promise<T>,
): Promise<PassedImage<T> | undefined> {
  return readRowsAtRest(file, options, async (rows, { sha256, source }) => {
    const { info } = rows;
    const hash = newSha256();
    const { pixels, release } = rowsInBlock(
      rows,
      (array) => hash.update(ndArrayBytes(array)),
      options.signal,
    );
    const stored = await store(pixels, info).finally(release);
    const { sizeBytes, mtimeNs } = source;
    const passed = {
      file: { ...file, sizeBytes, mtimeNs, sha256 },
      pixelsSha256: hash.digest("hex"),
      // Decoding may have found something to warn about.
      info: rows.info,
      stored,
    };
    return { ...passed, close: source.close };
  }).then((passed) => {
    passed?.close();
    return passed;
  });
}

/** Rows of a file, whatever its format. */
export interface Rows extends Omit<TiffRows, "info"> {
  readonly info: Pick<TiffInfo, "dtype" | "shape">;
}

type StreamOptions = ReadTiffOptions & {
  readonly applyCalibration?: boolean | undefined;
  /** An image with fewer bytes of pixels is not streamed. Default 0. */
  readonly fromPixelBytes?: number | undefined;
};

/** Opens a file and reads it; if it changed meanwhile, once more. What `read` makes keeps the file open. */
async function readRowsAtRest<T>(
  file: BundleFile,
  { limits, codecs, signal, applyCalibration = false, fromPixelBytes = 0 }: StreamOptions,
  read: (rows: TiffRows, hashed: { readonly sha256: string; readonly source: FileSource }) => Promise<T>,
): Promise<T | undefined> {
  for (let attempt = 1; ; attempt++) {
    const source = openFileSource(file.path);
    try {
      assertFileSize(file, source.sizeBytes, MAX_FILE_BYTES);
      const rows = await openTiffRows(source, { limits, codecs, signal });
      const isConverted = applyCalibration && rows?.info.valueCalibration !== undefined;
      const isSmall = rows !== undefined && countRows(rows) * rows.rowBytes < fromPixelBytes;
      if (rows === undefined || isSmall || isConverted || imageLayout(rows.info).isReordered) {
        source.close();
        return undefined;
      }
      const made = await read(rows, { sha256: await hashFileBlocks(source, signal), source });
      if (await isAsOpened(source)) {
        return made;
      }
    } catch (error) {
      source.close();
      throw error;
    }
    source.close();
    if (attempt === 2) {
      throw new LegacyIoError("io", `${file.relPath} changed during two attempts to read it`, {
        path: file.path,
      });
    }
  }
}

export async function isAsOpened({ path, sizeBytes, mtimeNs }: FileSource): Promise<boolean> {
  const now = await stat(path, { bigint: true });
  return now.mtimeNs === mtimeNs && now.size === BigInt(sizeBytes);
}

export async function hashFileBlocks(source: FileSource, signal: AbortSignal | undefined): Promise<string> {
  const hash = newSha256();
  const block = blocks.take(Math.min(BLOCK_BYTES, source.sizeBytes));
  try {
    for (let start = 0; start < source.sizeBytes; start += block.length) {
      await turnOfOthers(signal);
      const target = block.subarray(0, Math.min(block.length, source.sizeBytes - start));
      await source.readInto?.(start, target);
      hash.update(target);
    }
  } finally {
    blocks.give(block);
  }
  return hash.digest("hex");
}

export async function hashPixels(rows: Rows, signal: AbortSignal | undefined): Promise<string> {
  const hash = newSha256();
  const step = Math.min(rows.height, Math.max(1, Math.floor(BLOCK_BYTES / rows.rowBytes)));
  const block = blocks.take(step * rows.rowBytes);
  try {
    for (let plane = 0; plane < countRows(rows); plane += rows.height) {
      for (let row = 0; row < rows.height; row += step) {
        await turnOfOthers(signal);
        const stop = Math.min(rows.height, row + step);
        hash.update(ndArrayBytes(await readBlock(rows, plane + row, plane + stop, block)));
      }
    }
  } finally {
    blocks.give(block);
  }
  return hash.digest("hex");
}

/** Lets other work of the process run between the blocks of a file that may have gigabytes. */
async function turnOfOthers(signal: AbortSignal | undefined): Promise<void> {
  throwIfAborted(signal, LegacyIoError);
  await setImmediate();
}

/** Presents the rows as an array that is read while it is stored, and fails if they are not the ones that were hashed. */
export function verifiedRows(rows: Rows, file: BundleFile, pixelsSha256: string): BlockRows {
  const rowCount = countRows(rows);
  let hash = newSha256();
  return rowsInBlock(rows, (array, start, stop) => {
    hash = start === 0 ? newSha256() : hash;
    hash.update(ndArrayBytes(array));
    if (stop === rowCount && hash.digest("hex") !== pixelsSha256) {
      throw new LegacyIoError("io", `${file.relPath} changed while it was stored`, { path: file.path });
    }
  });
}

/** Rows that are read into a block of memory, which is given back once they are no longer used. */
export interface BlockRows {
  readonly pixels: ArrayRows;
  readonly release: () => void;
}

/** Reads rows into one block of memory, and shows them to `look`. */
export function rowsInBlock(
  rows: Rows,
  look: (array: NdArray, start: number, stop: number) => void,
  signal?: AbortSignal,
): BlockRows {
  const { dtype, shape } = rows.info;
  let block: Uint8Array<ArrayBuffer> | undefined;
  const release = (): void => {
    if (block !== undefined) {
      blocks.give(block);
      block = undefined;
    }
  };
  const readRows: ArrayRows["readRows"] = async (start, stop) => {
    throwIfAborted(signal, LegacyIoError);
    const sizeBytes = (stop - start) * rows.rowBytes;
    if (block === undefined || block.length < sizeBytes) {
      release();
      block = blocks.take(sizeBytes);
    }
    const array = await readBlock(rows, start, stop, block);
    look(array, start, stop);
    return array.data;
  };
  return { pixels: { dtype, shape, readRows }, release };
}

/** Reads rows of one plane into `block`, which must be large enough. */
async function readBlock(
  rows: Rows,
  start: number,
  stop: number,
  block: Uint8Array<ArrayBuffer>,
): Promise<NdArray> {
  const { dtype, shape } = rows.info;
  const target = block.subarray(0, (stop - start) * rows.rowBytes);
  await rows.readInto(start, stop, target);
  const array = arrayOver(dtype, [stop - start, shape.at(-1) ?? 1], target);
  if (array === undefined) {
    throw new RangeError("a block begins where its elements do");
  }
  return array;
}

function countRows({ info }: Pick<Rows, "info">): number {
  return info.shape.slice(0, -1).reduce((product, length) => product * length, 1);
}
