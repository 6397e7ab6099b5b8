// Reads lines of a scan of a MESc file, with zeros for lines that are not in it.

import type { DType, NdArray } from "@kym/zarr-store";
import { createNdArray, itemSizeBytes } from "@kym/zarr-store/array";
import { LegacyIoError } from "../../errors.ts";
import type { LineGap } from "../recording-format.ts";
import type { Hdf5Dataset, Hdf5Numbers } from "./hdf5/dataset.ts";
import type { MescLines } from "./mesc-unit.ts";

/** The dtype of stored values. */
export function mescDType({ kind, sizeBytes }: Hdf5Numbers): DType {
  return `${kind}${8 * sizeBytes}` as DType;
}

/** Lines of a scan, those that are missing included. */
export function lineCount({ frames, linesPerFrame, missing }: MescLines): number {
  return frames * linesPerFrame + (frames - 1) * missing;
}

export function gapsOf({ frames, linesPerFrame, missing }: MescLines): readonly LineGap[] {
  return missing === 0
    ? []
    : Array.from({ length: frames - 1 }, (_, at) => ({
        firstLine: (at + 1) * linesPerFrame + at * missing,
        lines: missing,
      }));
}

/** Which lines of which channel are wanted; of all without `plane`. */
export interface MescRead {
  readonly start: number;
  readonly stop: number;
  readonly plane: number | undefined;
}

/** @throws LegacyIoError `invalid_argument`, `invalid_file`, `not_supported`, `io` */
export async function readMescLines(
  channels: readonly Hdf5Dataset[],
  lines: MescLines,
  dtype: DType,
  { start, stop, plane }: MescRead,
  signal: AbortSignal | undefined,
): Promise<NdArray> {
  const all = lineCount(lines);
  if (!(Number.isInteger(start) && Number.isInteger(stop) && 0 <= start && start <= stop && stop <= all)) {
    throw new LegacyIoError("invalid_argument", `lines ${start} to ${stop} are not within the scan`, {
      expected: `0 to ${all}`,
      found: [start, stop],
    });
  }
  const wanted = plane === undefined ? channels : channels.slice(plane, plane + 1);
  const array = createNdArray<typeof dtype>(dtype, [
    ...(channels.length > 1 ? [wanted.length] : []),
    stop - start,
    lines.pixels,
  ]);
  const lineBytes = lines.pixels * itemSizeBytes(dtype);
  const { buffer, byteOffset } = array.data;
  for (const [at, channel] of wanted.entries()) {
    for (const run of runsOf(lines, start, stop)) {
      const from = byteOffset + (at * (stop - start) + run.line - start) * lineBytes;
      const target = new Uint8Array(buffer, from, (run.stop - run.start) * lineBytes);
      await channel.readRows(run.start, run.stop, target, signal);
    }
  }
  return array;
}

interface Run {
  /** The line of the scan with which it begins. */
  readonly line: number;
  /** Rows in the file. */
  readonly start: number;
  readonly stop: number;
}

/** The runs of rows in the file that hold lines `[start, stop)` of the scan. */
function* runsOf({ linesPerFrame, missing }: MescLines, start: number, stop: number): Generator<Run> {
  if (missing === 0) {
    yield { line: start, start, stop };
    return;
  }
  const period = linesPerFrame + missing;
  for (let frame = Math.floor(start / period); frame * period < stop; frame++) {
    const first = Math.max(start, frame * period);
    const last = Math.min(stop, frame * period + linesPerFrame);
    if (first < last) {
      yield { line: first, start: first - frame * missing, stop: last - frame * missing };
    }
  }
}
