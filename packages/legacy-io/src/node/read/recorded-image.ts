// Ingests a line scan from a microscope's own file: hashes the file, and reads the pixels a few lines at a time.

import { setImmediate } from "node:timers/promises";
import type { ArrayRows, DType, NdArray } from "@kym/zarr-store";
import { createNdArray, ndArrayBytes } from "@kym/zarr-store/array";
import { throwIfAborted } from "@kym/zarr-store/runtime";
import { factsOf } from "../../content/recordings/recorded-facts.ts";
import { notesOfRecording, scalesOfRecording } from "../../content/recordings/recording-says.ts";
import { LegacyIoError } from "../../errors.ts";
import type { RecordedArray, RecordedScan } from "../../formats/recording-format.ts";
import { DEFAULT_TIFF_LIMITS } from "../../tiff/header/tiff-limits.ts";
import { hashFile, type ReadFile } from "../files/read-stable.ts";
import { newSha256 } from "../files/sha256-of.ts";
import { type OpenedRecording, openRecording, scanOf } from "../recordings/open-recording.ts";
import { type RecordedRows, recordedRows } from "../recordings/recorded-rows.ts";
import { assertFileSize, MAX_FILE_BYTES } from "../tiff/assert-file-size.ts";
import type { ImageFiles, ReadImage, ReadImageOptions, SaidByTiff } from "./image-in-files.ts";
import { hashFileBlocks, hashPixels, isAsOpened, rowsInBlock, verifiedRows } from "./streamed-image.ts";

type RecordedOptions = Pick<ReadImageOptions, "limits" | "signal">;

/** A scan that was read once, and given to what stores it. */
export interface PassedScan<T> extends Pick<ReadImage, "files" | "axes" | "pixelsSha256" | "said"> {
  readonly stored: T;
}

/**
 * Reads a recording and gives the pixels of its scan to `store`, which must read all of them once and in order: they are hashed as they
 * pass. If a file changes meanwhile, all of this is done once more.
 *
 * @throws LegacyIoError as `readBundle`; whatever `store` throws
 */
export async function passRecordedScan<T>(
  files: ImageFiles,
  options: RecordedOptions,
  store: (pixels: ArrayRows, axes: readonly string[]) => Promise<T>,
): Promise<PassedScan<T>> {
  return readAtRest(files, options, async ({ rows, scan, opened, files: hashed }) => {
    const hash = newSha256();
    const { pixels, release } = rowsInBlock(
      rows,
      (array) => hash.update(ndArrayBytes(array)),
      options.signal,
    );
    const stored = await store(pixels, scan.axes).finally(release);
    const said = await saidByScan(opened, scan, options);
    opened.close();
    return { files: hashed, axes: scan.axes, pixelsSha256: hash.digest("hex"), said, stored };
  });
}

/** Reads a scan into memory, or leaves it in its file if it has `largeFromBytes` or more. Throws as {@link passRecordedScan} does. */
export async function readRecordedImage(
  files: ImageFiles,
  options: RecordedOptions & { readonly largeFromBytes: number },
): Promise<ReadImage> {
  return readAtRest(files, options, async ({ rows, scan, opened, files: hashed }) => {
    const { axes } = scan;
    const said = await saidByScan(opened, scan, options);
    const { dtype, shape } = rows.info;
    const sizeBytes = rows.rowBytes * shape.slice(0, -1).reduce((product, length) => product * length, 1);
    if (sizeBytes >= options.largeFromBytes) {
      const pixelsSha256 = await hashPixels(rows, options.signal);
      const { pixels, release } = verifiedRows(rows, files.image, pixelsSha256);
      const close = (): void => {
        release();
        opened.close();
      };
      return { files: hashed, axes, pixels, pixelsSha256, said, release: close };
    }
    const pixels = await readWhole(rows, { dtype, shape }, options.signal);
    opened.close();
    const hash = newSha256();
    hash.update(ndArrayBytes(pixels));
    return { files: hashed, axes, pixels, pixelsSha256: hash.digest("hex"), said, release: () => undefined };
  });
}

interface HashedScan {
  readonly rows: RecordedRows;
  readonly scan: RecordedScan;
  readonly opened: OpenedRecording;
  readonly files: readonly [ReadFile, ...ReadFile[]];
}

async function readAtRest<T>(
  { image, otherChannels, recording }: ImageFiles,
  { limits, signal }: RecordedOptions,
  read: (hashed: HashedScan) => Promise<T>,
): Promise<T> {
  const path = image.container ?? image.path;
  for (let attempt = 1; ; attempt++) {
    throwIfAborted(signal, LegacyIoError);
    const opened = await openRecording(path, { limits, signal });
    const { main } = opened;
    try {
      assertFileSize(image, main.sizeBytes, MAX_FILE_BYTES);
      const scan = scanOf(path, opened.recording, recording?.scan);
      const rows = recordedRows(scan, limits?.maxDecodedBytes ?? DEFAULT_TIFF_LIMITS.maxDecodedBytes);
      const { sizeBytes, mtimeNs } = main;
      const first = { ...image, sizeBytes, mtimeNs, sha256: await hashFileBlocks(main, signal) };
      const others: ReadFile[] = [];
      for (const file of otherChannels) {
        others.push({ ...file, sha256: await hashFile(file, signal) });
      }
      const made = await read({ rows, scan, opened, files: [first, ...others] });
      if ((await isAsOpened(main)) && (await areSame(others, signal))) {
        return made;
      }
    } catch (error) {
      opened.close();
      throw error;
    }
    opened.close();
    if (attempt === 2) {
      throw new LegacyIoError("io", `${image.relPath} changed during two attempts to read it`, { path });
    }
  }
}

/** Whether companions have the bytes that they had when they were hashed. */
async function areSame(files: readonly ReadFile[], signal: AbortSignal | undefined): Promise<boolean> {
  for (const file of files) {
    if ((await hashFile(file, signal)) !== file.sha256) {
      return false;
    }
  }
  return true;
}

const BLOCK_BYTES = 4 * 2 ** 20;

async function readWhole(
  rows: RecordedRows,
  { dtype, shape }: { readonly dtype: DType; readonly shape: readonly number[] },
  signal: AbortSignal | undefined,
): Promise<NdArray> {
  const image = createNdArray<DType>(dtype, shape);
  const target = new Uint8Array(image.data.buffer, image.data.byteOffset, image.data.byteLength);
  const step = Math.max(1, Math.floor(BLOCK_BYTES / rows.rowBytes));
  const count = target.byteLength / rows.rowBytes;
  for (let row = 0; row < count; row += step) {
    throwIfAborted(signal, LegacyIoError);
    const stop = Math.min(count, row + step);
    await rows.readInto(row, stop, target.subarray(row * rows.rowBytes, stop * rows.rowBytes));
    await setImmediate();
  }
  return image;
}

/** A picture beside the scan of more bytes is not kept. */
const MOST_PICTURE_BYTES = 2 ** 28;

/** What the file says of the scan, in the form in which a TIFF says it. */
async function saidByScan(
  { format, recording }: OpenedRecording,
  scan: RecordedScan,
  { signal }: RecordedOptions,
): Promise<SaidByTiff> {
  const facts = factsOf(format, scan);
  const pictures: NonNullable<SaidByTiff["recording"]>["pictures"][number][] = [];
  const warnings: string[] = [];
  if (scan.reference !== undefined) {
    try {
      pictures.push(await readPicture(scan.reference, signal));
    } catch (error) {
      if (!(error instanceof LegacyIoError) || error.code === "aborted") {
        throw error;
      }
      warnings.push(`its reference image is not kept: ${error.message}`);
    }
  }
  return {
    calibration: [],
    scales: scalesOfRecording(facts, scan.axes),
    fileAxes: undefined,
    valueCalibration: undefined,
    warnings: [...new Set([...recording.warnings, ...warnings, ...notesOfRecording(facts)])],
    recording: { facts, pictures },
  };
}

async function readPicture(
  picture: RecordedArray,
  signal: AbortSignal | undefined,
): Promise<{ readonly axes: readonly string[]; readonly array: NdArray }> {
  const rows = recordedRows(picture, MOST_PICTURE_BYTES);
  return { axes: picture.axes, array: await readWhole(rows, picture, signal) };
}
