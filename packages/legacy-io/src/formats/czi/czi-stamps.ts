// Reads the time stamps of a Zeiss CZI file, and what they say of the time from line to line.

import { isLegacyIoError } from "../../errors.ts";
import type { RecordingLimits } from "../recording-format.ts";
import { type CziFile, readAttachment, viewOf } from "./czi-file.ts";

/** Seconds of each line, from a start that is not 0. */
export type CziStamps = Float64Array;

const LIST_OFFSET = 8;
const STAMP_BYTES = 8;

/** The stamps; a sentence if they cannot be read, undefined if the file has none. */
export async function readStamps(
  file: CziFile,
  { maxEntries }: RecordingLimits,
): Promise<CziStamps | string | undefined> {
  const found = file.attachments.find(
    ({ name, contentType }) => name === "TimeStamps" || contentType === "CZTIMS",
  );
  if (found === undefined) {
    return undefined;
  }
  try {
    const bytes = await readAttachment(file, found, LIST_OFFSET + maxEntries * STAMP_BYTES);
    const view = viewOf(bytes);
    const count = bytes.length < LIST_OFFSET ? -1 : view.getInt32(4, true);
    if (count < 0 || count * STAMP_BYTES > bytes.length - LIST_OFFSET) {
      return `its time stamps are not used: ${count} of them do not fit into ${bytes.length} bytes`;
    }
    return Float64Array.from({ length: count }, (_, at) =>
      view.getFloat64(LIST_OFFSET + at * STAMP_BYTES, true),
    );
  } catch (error) {
    if (!isLegacyIoError(error, "invalid_file", "not_supported")) {
      throw error;
    }
    return `its time stamps are not used: ${error.message}`;
  }
}

/** What stamps say. */
export interface StampedTimes {
  /** The median step; undefined if the stamps do not rise. */
  readonly secondsPerLine: number | undefined;
  readonly firstS: number | undefined;
  /** Steps of more than one and a half times the median, and the longest of all steps. */
  readonly longSteps: number;
  readonly longestS: number;
}

const LONG = 1.5;

/** The median of the steps between stamps. */
export function timesOf(stamps: CziStamps): StampedTimes {
  const steps = new Float64Array(Math.max(0, stamps.length - 1));
  for (const at of steps.keys()) {
    steps[at] = (stamps[at + 1] ?? 0) - (stamps[at] ?? 0);
  }
  const sorted = steps.toSorted();
  const median = ((sorted[(sorted.length - 1) >> 1] ?? 0) + (sorted[sorted.length >> 1] ?? 0)) / 2;
  const isRising = sorted.length > 0 && Number.isFinite(median) && median > 0 && (sorted[0] ?? -1) >= 0;
  const longestS = sorted.at(-1) ?? 0;
  return {
    secondsPerLine: isRising ? Number(median.toPrecision(STAMP_DIGITS)) : undefined,
    firstS: stamps[0],
    longSteps: isRising ? sorted.reduce((count, step) => count + Number(step > LONG * median), 0) : 0,
    longestS: isRising ? longestS : 0,
  };
}

/** A stamp of some thousand seconds is exact to about 1e-12 s: more digits of a step are noise. */
const STAMP_DIGITS = 9;
