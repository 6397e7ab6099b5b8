// Reads an image and stages its pixels, in a thread of its own.

import { rm } from "node:fs/promises";
import { join } from "node:path";
import { OverviewBuilder } from "@kym/view/stored";
import type { ArrayRows, NdArray, StagedArray } from "@kym/zarr-store";
import { pixelKey } from "@kym/zarr-store/layout";
import { isZarrStoreError } from "@kym/zarr-store/runtime";
import { stageArray } from "@kym/zarr-store/workers";
import { isLegacyIoError } from "../../errors.ts";
import { fileNameOf } from "../../folder/compare-paths.ts";
import { imageLayout } from "../../tiff/axes/image-layout.ts";
import type { TiffInfo } from "../../tiff/tiff-info.ts";
import { ReusedBuffers } from "../files/reused-buffers.ts";
import { type EncodedOverviews, encodedOverviews } from "../read/made-overviews.ts";
import { readImage, saidBy } from "../read/read-image.ts";
import { passRecordedScan } from "../read/recorded-image.ts";
import { passStreamedImage } from "../read/streamed-image.ts";
import { codecsBeforeNodes } from "../tiff/tiff-codecs.ts";
import type { ImageOutcome, ImageTask, StagedImage } from "./image-task.ts";

/** An image of more pixels is never whole in memory, if its rows can be read one after another: each thread would hold one. */
const STREAMED_FROM_BYTES = 16 * 2 ** 20;
/** A smaller file is not looked into for that: it is compressed less than this, or holds little. */
const MOST_COMPRESSED = 4;

const buffers = new ReusedBuffers();

/** Reads an image and stages its pixels. An image that cannot be read or stored is an outcome, not an error. */
export async function tryStageImage(task: ImageTask, signal: AbortSignal): Promise<ImageOutcome> {
  try {
    return { kind: "staged", image: await stageImage(task, signal) };
  } catch (error) {
    if (isLegacyIoError(error) || isZarrStoreError(error, ...OF_IMAGE)) {
      return { kind: "failed", reason: error.message };
    }
    return { kind: "broken", message: error instanceof Error ? error.message : String(error) };
  }
}

/** Errors of the storage that an image causes. Others, such as a full disk, end the ingest. */
const OF_IMAGE = ["invalid_argument", "invalid_name", "schema_mismatch", "not_supported"] as const;

async function stageImage(task: ImageTask, signal: AbortSignal): Promise<StagedImage> {
  const { image, otherChannels, recording } = task.files;
  if (recording !== undefined) {
    return stageScan(task, signal);
  }
  const isLarge = otherChannels.length === 0 && image.sizeBytes >= STREAMED_FROM_BYTES / MOST_COMPRESSED;
  return (isLarge ? await stageRows(task, signal) : undefined) ?? stageWhole(task, signal);
}

/** Stages a line scan of a recording, a few lines at a time. */
async function stageScan(task: ImageTask, signal: AbortSignal): Promise<StagedImage> {
  const { limits, place } = task;
  const { stored, ...read } = await passRecordedScan(task.files, { limits, signal }, async (rows, axes) => {
    await rm(join(place.folder, place.prefix), { recursive: true, force: true });
    return stagePassing(task, rows, axes, signal);
  });
  return { ...read, ...stored };
}

/** Stages rows that pass through memory, and makes their overviews. */
async function stagePassing(
  { place, compression }: ImageTask,
  { dtype, shape, readRows: pass }: ArrayRows,
  axes: readonly string[],
  signal: AbortSignal,
): Promise<Pick<StagedImage, "pixels" | "overviews">> {
  const builder = new OverviewBuilder({ shape, axes });
  const readRows: ArrayRows["readRows"] = async (start, stop, reading) => {
    const elements = await pass(start, stop, reading);
    builder.add(start, elements);
    return elements;
  };
  const pixels = await stageArray(place, { dtype, shape, readRows }, { axes, compression, signal });
  return { pixels, overviews: overviewsOfStaged(pixels, builder) };
}

/** Stages an image that passes through memory a few rows at a time, if it can be read so. */
async function stageRows(task: ImageTask, signal: AbortSignal): Promise<StagedImage | undefined> {
  const { limits, applyCalibration, place } = task;
  const fromPixelBytes = STREAMED_FROM_BYTES;
  const options = { limits, applyCalibration, signal, codecs: codecsBeforeNodes(), fromPixelBytes };
  const passed = await passStreamedImage(task.files.image, options, async (rows, info: TiffInfo) => {
    // What an earlier try left there may have had other chunks.
    await rm(join(place.folder, place.prefix), { recursive: true, force: true });
    const { axes, shape } = imageLayout(info);
    return stagePassing(task, { ...rows, dtype: info.dtype, shape }, axes, signal);
  });
  if (passed === undefined) {
    return undefined;
  }
  const { file, info, pixelsSha256, stored } = passed;
  const layout = imageLayout(info);
  const said = saidBy([{ info, fileName: fileNameOf(file.relPath) }], layout);
  return { files: [file], axes: layout.axes, pixelsSha256, said, ...stored };
}

async function stageWhole(task: ImageTask, signal: AbortSignal): Promise<StagedImage> {
  const { limits, applyCalibration, compression, place } = task;
  const whole = { largeFromBytes: Number.POSITIVE_INFINITY };
  const read = await readImage(task.files, { limits, applyCalibration, buffers, signal, ...whole });
  const { files, axes, pixelsSha256, said } = read;
  try {
    const image = inMemory(read.pixels);
    const builder = new OverviewBuilder({ shape: image.shape, axes });
    builder.add(0, image.data);
    const pixels = await stageArray(place, image, { axes, compression, arraySha256: pixelsSha256, signal });
    return { files, axes, pixelsSha256, said, pixels, overviews: overviewsOfStaged(pixels, builder) };
  } finally {
    await read.release();
  }
}

/** Encoded here, beside other threads. Their file names the chunks by their keys below the image. */
function overviewsOfStaged({ chunks }: StagedArray, builder: OverviewBuilder): EncodedOverviews {
  const hashes = new Map(chunks.map(({ key, sha256 }) => [pixelKey(key), sha256]));
  return encodedOverviews(hashes, builder.overviews());
}

function inMemory(pixels: object): NdArray {
  if (!("data" in pixels)) {
    throw new TypeError("an image that was read whole is in memory");
  }
  return pixels as NdArray;
}
