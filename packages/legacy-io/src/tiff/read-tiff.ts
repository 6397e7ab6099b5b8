// Reads the pixels of a TIFF: the whole image, or some rows of one plane.

import type { DType, NdArray } from "@kym/zarr-store";
import { createNdArray, itemSizeBytes } from "@kym/zarr-store/array";
import { MACHINE_ENDIAN, swapInPlace } from "@kym/zarr-store/bytes";
import { throwIfAborted } from "@kym/zarr-store/runtime";
import { LegacyIoError } from "../errors.ts";
import { assertRangeInside, type ByteSource, bytesSource } from "./byte-source.ts";
import type { TiffCodec } from "./codecs/tiff-codec.ts";
import type { DecodeBudget } from "./header/decode-budget.ts";
import type { TiffLimits } from "./header/tiff-limits.ts";
import { pageBytes } from "./page/page-geometry.ts";
import type { TiffPage } from "./page/tiff-page.ts";
import { arrayOver } from "./pixels/array-over.ts";
import {
  type ByteRun,
  isContiguous,
  MAX_READ_BYTES,
  mergeRuns,
  planRuns,
  readRuns,
} from "./pixels/contiguous.ts";
import { type ReadRowsOptions, readRows } from "./pixels/read-rows.ts";
import { undoSignedOffset } from "./pixels/signed-offset.ts";
import { arrayOfPage, firstRowOfPlane } from "./pixels/tiff-layout.ts";
import { type OpenedTiff, openTiffPages, type TiffInfo } from "./tiff-info.ts";

export interface ReadTiffOptions {
  /** Limits on size, memory and time. Default: `DEFAULT_TIFF_LIMITS`. */
  readonly limits?: Partial<TiffLimits> | undefined;
  /** Your own compressions, or faster ones such as `nodeTiffCodecs` of `./node`. They are tried before the built-in ones. */
  readonly codecs?: readonly TiffCodec[] | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** An image in memory and what its file says about it. */
export interface TiffImage {
  readonly image: NdArray;
  readonly info: TiffInfo;
}

/**
 * Reads the headers of a TIFF but no pixels: shape, dtype, axes, description, and calibration with its sources.
 * Throws like `readTiff` for faults in the headers.
 */
export async function describeTiff(source: ByteSource, options: ReadTiffOptions = {}): Promise<TiffInfo> {
  return (await openTiffPages(source, options)).info;
}

/**
 * Reads a whole TIFF as one array in C order. Which compressions, layouts and dtypes are read is listed in
 * docs/formats.md#tiff.
 *
 * Values are returned as stored: no palette, inversion, rotation or value calibration is applied (see
 * `info.valueCalibration`). The one exception is int16 that ImageJ stored as uint16 + 32768, which is returned as int16.
 * A size that the file claims is checked against the file's size and the limits before memory is allocated.
 * @throws {LegacyIoError} `invalid_file` for a damaged, truncated or contradictory file; `not_supported`, naming the tag or
 * the limit; `io`; `aborted`
 *
 * @example
 * const { image, info } = await readTiff(bytesSource(bytes));
 * console.log(info.axes, image.shape, image.dtype);
 */
export async function readTiff(source: ByteSource, options: ReadTiffOptions = {}): Promise<TiffImage> {
  return readPixels(source, await openTiffPages(source, options), options);
}

/**
 * Like `readTiff`, for a file in memory. If the file stores the pixels exactly as the image needs them, the result is a view
 * of `bytes`, not a copy, and changes with it.
 */
export async function readTiffInPlace(
  bytes: Uint8Array<ArrayBuffer>,
  options: ReadTiffOptions = {},
): Promise<TiffImage> {
  const source = bytesSource(bytes);
  const tiff = await openTiffPages(source, options);
  const { info, budget } = tiff;
  const isInPlace = (page: TiffPage): boolean => isContiguous(page) && !page.hasSignedOffset;
  const [run, ...further] = tiff.pages.every(isInPlace) ? runsOf(tiff) : [];
  if (run !== undefined && further.length === 0 && tiff.isLittleEndian === (MACHINE_ENDIAN === "little")) {
    assertRangeInside(source.sizeBytes, run.offset, run.sizeBytes);
    const pixels = bytes.subarray(run.offset, run.offset + run.sizeBytes);
    const image = arrayOver(info.dtype, info.shape, pixels);
    if (image !== undefined) {
      budget.take(run.sizeBytes, "its pixels");
      return { image, info };
    }
  }
  return readPixels(source, tiff, options);
}

async function readPixels(
  source: ByteSource,
  tiff: OpenedTiff,
  options: ReadTiffOptions,
): Promise<TiffImage> {
  if (tiff.pages.every(isContiguous)) {
    return { image: await readContiguous(source, tiff, options.signal), info: tiff.info };
  }
  const image = allocateImage(tiff.budget, tiff.info.dtype, tiff.info.shape);
  const target = new Uint8Array(image.data.buffer);
  for (const [plane, index] of tiff.layout.pageOfPlane.entries()) {
    const page = tiff.pages[index];
    if (page !== undefined) {
      const size = pageBytes(page);
      const start = firstRowOfPlane(tiff.layout, plane, page.height) * (size / page.height);
      const planeBytes = target.subarray(start, start + size);
      await readRows(source, page, 0, page.height, planeBytes, rowOptions(tiff, options));
    }
  }
  return { image, info: withNotes(tiff) };
}

/** What the file says, and what decoding its pixels found out. */
export function withNotes({ info, notes }: OpenedTiff): TiffInfo {
  const { longSegments } = notes;
  return longSegments === 0
    ? info
    : {
        ...info,
        warnings: [
          ...info.warnings,
          `${longSegments} ${longSegments === 1 ? "strip or tile has" : "strips or tiles have"} more data than rows: what is beyond the rows is left`,
        ],
      };
}

/** Reads the pixels of an uncompressed file. If they are one run and the source offers `readOwned`, no copy is made. */
async function readContiguous(
  source: ByteSource,
  tiff: OpenedTiff,
  signal: AbortSignal | undefined,
): Promise<NdArray> {
  const runs = runsOf(tiff);
  const image =
    (await readOneRun(source, tiff, runs, signal)) ?? (await readEachRun(source, tiff, runs, signal));
  const bytes = new Uint8Array(image.data.buffer);
  if (tiff.isLittleEndian !== (MACHINE_ENDIAN === "little")) {
    swapInPlace(bytes, itemSizeBytes(image.dtype));
  }
  if (tiff.pages[0]?.hasSignedOffset === true) {
    undoSignedOffset(bytes);
  }
  return image;
}

async function readOneRun(
  source: ByteSource,
  { info, budget }: OpenedTiff,
  [run, ...further]: readonly ByteRun[],
  signal: AbortSignal | undefined,
): Promise<NdArray | undefined> {
  const sizeBytes = imageBytes(info.dtype, info.shape);
  const isWhole = further.length === 0 && run?.targetOffset === 0 && run.sizeBytes === sizeBytes;
  if (source.readOwned === undefined || run === undefined || !isWhole || sizeBytes > MAX_READ_BYTES) {
    return undefined;
  }
  budget.take(sizeBytes, "its pixels");
  throwIfAborted(signal, LegacyIoError);
  const { readOwned } = source;
  const bytes = await budget.outside(() => readOwned.call(source, run.offset, sizeBytes), sizeBytes);
  return arrayOver(info.dtype, info.shape, bytes);
}

async function readEachRun(
  source: ByteSource,
  { info, budget }: OpenedTiff,
  runs: readonly ByteRun[],
  signal: AbortSignal | undefined,
): Promise<NdArray> {
  const image = allocateImage(budget, info.dtype, info.shape);
  await readRuns(source, runs, new Uint8Array(image.data.buffer), signal, budget);
  return image;
}

/** Finds the byte runs of an uncompressed file's pixels: a single run if all pages and strips follow one another. */
function runsOf({ pages, layout, planeCount }: OpenedTiff): readonly ByteRun[] {
  const [first] = pages;
  if (first !== undefined && layout.planesOfOnlyPage > 1) {
    return [{ offset: first.offsets[0] ?? 0, targetOffset: 0, sizeBytes: planeCount * pageBytes(first) }];
  }
  const runs = layout.pageOfPlane.flatMap((index, plane) => {
    const page = pages[index];
    if (page === undefined) {
      return [];
    }
    const firstRow = firstRowOfPlane(layout, plane, page.height);
    return planRuns(page, 0, page.height, firstRow * (pageBytes(page) / page.height));
  });
  return mergeRuns(runs);
}

/** One plane as a page of its own. In a stack with a single directory, the planes follow one another after the first. */
export function pageOf({ pages, layout, planeCount }: OpenedTiff, plane: number): TiffPage | undefined {
  const [first] = pages;
  if (first === undefined || !Number.isSafeInteger(plane) || plane < 0 || plane >= planeCount) {
    return undefined;
  }
  if (layout.planesOfOnlyPage === 1) {
    return pages[layout.pageOfPlane[plane] ?? 0];
  }
  const offset = (first.offsets[0] ?? 0) + plane * pageBytes(first);
  return {
    ...first,
    tileHeight: first.height,
    offsets: Float64Array.of(offset),
    byteCounts: Float64Array.of(pageBytes(first)),
  };
}

export function rowOptions(
  { isLittleEndian, budget, notes }: OpenedTiff,
  { signal }: ReadTiffOptions,
): ReadRowsOptions {
  return { isLittleEndian, budget, signal, notes };
}

function imageBytes(dtype: DType, shape: readonly number[]): number {
  return shape.reduce((product, length) => product * length, itemSizeBytes(dtype));
}

/** Allocates the array for the pixels, after counting it. Throws `not_supported` if it does not fit. */
function allocateImage(budget: DecodeBudget, dtype: DType, shape: readonly number[]): NdArray {
  const sizeBytes = imageBytes(dtype, shape);
  budget.take(sizeBytes, "its pixels");
  try {
    return createNdArray<DType>(dtype, shape);
  } catch (cause) {
    throw new LegacyIoError("not_supported", `no memory for a TIFF image of ${sizeBytes} bytes`, {
      found: sizeBytes,
      cause,
    });
  }
}

export interface ReadTiffRegionOptions extends ReadTiffOptions {
  /** First row. Default 0. */
  readonly rowStart?: number | undefined;
  /** One past the last row. Default: all rows to the end. */
  readonly rowStop?: number | undefined;
  /** The plane, counted from 0 in C order of the axes before the plane. Default 0. */
  readonly page?: number | undefined;
}

/**
 * Reads some rows of one plane without reading the rest of the file. It reads the strips and tiles that hold the rows, and of
 * uncompressed strips only the rows. The array has the axes of a plane, samples included.
 * @throws {LegacyIoError} `invalid_argument` for rows or a plane that the image does not have; otherwise like `readTiff`
 */
export async function readTiffRegion(
  source: ByteSource,
  options: ReadTiffRegionOptions = {},
): Promise<NdArray> {
  const tiff = await openTiffPages(source, options);
  const { rowStart = 0, rowStop = tiff.pages[0]?.height ?? 0, page: plane = 0 } = options;
  const page = pageOf(tiff, plane);
  const areRows = Number.isSafeInteger(rowStart) && Number.isSafeInteger(rowStop) && rowStart >= 0;
  if (page === undefined || !areRows || rowStop <= rowStart || rowStop > page.height) {
    const height = tiff.pages[0]?.height ?? 0;
    throw new LegacyIoError(
      "invalid_argument",
      `no rows ${rowStart} to ${rowStop} of plane ${plane} in a TIFF of ${tiff.planeCount} planes of ${height} rows`,
      { expected: [tiff.planeCount, height], found: [plane, rowStart, rowStop] },
    );
  }
  const { shape, axes } = arrayOfPage(page);
  const rowAxis = axes.indexOf("y");
  const region = allocateImage(
    tiff.budget,
    page.dtype,
    shape.map((length, axis) => (axis === rowAxis ? rowStop - rowStart : length)),
  );
  await readRows(
    source,
    page,
    rowStart,
    rowStop,
    new Uint8Array(region.data.buffer),
    rowOptions(tiff, options),
  );
  return region;
}
