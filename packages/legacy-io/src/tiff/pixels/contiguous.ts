// Plans and does reads of uncompressed rows, which lie in the file as they lie in the image.

import { itemSizeBytes } from "@kym/zarr-store/array";
import { throwIfAborted } from "@kym/zarr-store/runtime";
import { LegacyIoError } from "../../errors.ts";
import { type ByteSource, readInto } from "../byte-source.ts";
import type { DecodeBudget } from "../header/decode-budget.ts";
import { samplesPerTilePixel } from "../page/page-geometry.ts";
import type { TiffPage } from "../page/tiff-page.ts";

/** A run of bytes that is the same in the file and in the image. */
export interface ByteRun {
  readonly offset: number;
  readonly targetOffset: number;
  readonly sizeBytes: number;
}

/** The most bytes that are read before checking for an abort. */
export const MAX_READ_BYTES: number = 2 ** 26;

/** True for a page in uncompressed strips that are all there: its rows can be read without decoding. */
export function isContiguous(page: TiffPage): boolean {
  const isPlain = page.codec.name === "none" && !page.isTiled && !page.isBitReversed;
  return isPlain && page.format.layout === "whole" && !page.offsets.includes(0);
}

/**
 * Finds the byte runs of rows `[rowStart, rowStop)` in an uncompressed page with strips. The target holds these rows, plane
 * after plane, from `targetOffset` on. Strips that follow one another in the file make one run, so that a microscope's file
 * with dozens of strips is read at once.
 */
export function planRuns(
  page: TiffPage,
  rowStart: number,
  rowStop: number,
  targetOffset = 0,
): readonly ByteRun[] {
  const rowBytes = page.width * samplesPerTilePixel(page) * itemSizeBytes(page.dtype);
  const stripsPerPlane = Math.ceil(page.height / page.tileHeight);
  const planes = page.offsets.length / stripsPerPlane;
  const runs: ByteRun[] = [];
  let runOffset = 0;
  let runTarget = targetOffset;
  let runBytes = 0;
  for (let plane = 0; plane < planes; plane++) {
    const firstStrip = Math.floor(rowStart / page.tileHeight);
    for (let strip = firstStrip; strip * page.tileHeight < rowStop; strip++) {
      const firstRow = strip * page.tileHeight;
      const from = Math.max(rowStart, firstRow);
      const sizeBytes = (Math.min(rowStop, firstRow + page.tileHeight) - from) * rowBytes;
      const offset = (page.offsets[plane * stripsPerPlane + strip] ?? 0) + (from - firstRow) * rowBytes;
      if (runBytes > 0 && offset !== runOffset + runBytes) {
        runs.push({ offset: runOffset, targetOffset: runTarget, sizeBytes: runBytes });
        runTarget += runBytes;
        runBytes = 0;
      }
      runOffset = runBytes === 0 ? offset : runOffset;
      runBytes += sizeBytes;
    }
  }
  runs.push({ offset: runOffset, targetOffset: runTarget, sizeBytes: runBytes });
  return runs;
}

/** Joins runs that are neighbours in both file and image, as the pages of a stack often are. */
export function mergeRuns(runs: readonly ByteRun[]): readonly ByteRun[] {
  const merged: ByteRun[] = [];
  for (const run of runs) {
    const last = merged.at(-1);
    const follows =
      last !== undefined &&
      last.offset + last.sizeBytes === run.offset &&
      last.targetOffset + last.sizeBytes === run.targetOffset;
    if (follows) {
      merged[merged.length - 1] = { ...last, sizeBytes: last.sizeBytes + run.sizeBytes };
    } else {
      merged.push(run);
    }
  }
  return merged;
}

/** Reads runs straight into the image. Throws `invalid_file` if the file ends early, `io`, `aborted`. */
export async function readRuns(
  source: ByteSource,
  runs: readonly ByteRun[],
  target: Uint8Array,
  signal: AbortSignal | undefined,
  budget: Pick<DecodeBudget, "outside">,
): Promise<void> {
  for (const run of runs) {
    for (let done = 0; done < run.sizeBytes; done += MAX_READ_BYTES) {
      throwIfAborted(signal, LegacyIoError);
      const start = run.targetOffset + done;
      const stop = start + Math.min(MAX_READ_BYTES, run.sizeBytes - done);
      await budget.outside(
        () => readInto(source, run.offset + done, target.subarray(start, stop)),
        stop - start,
      );
    }
  }
}
