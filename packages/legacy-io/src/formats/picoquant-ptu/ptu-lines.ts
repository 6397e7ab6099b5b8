// Finds the lines of a PicoQuant recording by their markers.

import { LegacyIoError } from "../../errors.ts";
import type { LineGap } from "../recording-format.ts";
import { decodeRecords, type PtuRecords } from "./ptu-records.ts";

/** The markers that begin and end lines, one bit each; 0 without one. */
export interface LineMarkers {
  readonly start: number;
  readonly stop: number;
}

/** The lines that markers begin. Times are in units of `MeasDesc_GlobalResolution`. */
export interface PtuLines {
  readonly count: number;
  /** The record of each start marker, and its time. */
  readonly records: Float64Array;
  readonly times: Float64Array;
  /** From start to stop: the median of the first lines; undefined without stop markers. */
  readonly activeTime: number | undefined;
  /** Numbers of the channels that have photons within lines. */
  readonly channels: readonly number[];
  /** The most photons of any line, of all channels together. */
  readonly mostPhotons: number;
}

const MAX_CHANNELS = 64;
/** Lines whose length is measured. */
const MEASURED = 4096;

/**
 * Reads all records once.
 *
 * @throws LegacyIoError `not_supported` for more than `maxLines` lines; as `decodeRecords`
 */
export async function findPtuLines(
  records: PtuRecords,
  markers: LineMarkers,
  maxLines: number,
  signal?: AbortSignal,
): Promise<PtuLines> {
  let [found, times] = [new Float64Array(1024), new Float64Array(1024)];
  let count = 0;
  let isInLine = false;
  let photons = 0;
  let mostPhotons = 0;
  const active: number[] = [];
  const hasPhotons = new Uint8Array(MAX_CHANNELS);
  await decodeRecords(
    records,
    { record: 0 },
    {
      photon: (_, channel) => {
        if (isInLine) {
          photons++;
          hasPhotons[channel] = 1;
        }
      },
      marker: (time, bits, record) => {
        if ((bits & markers.stop) !== 0 && isInLine) {
          isInLine = false;
          if (active.length < MEASURED) {
            active.push(time - (times[count - 1] ?? 0));
          }
        }
        if ((bits & markers.start) !== 0) {
          mostPhotons = Math.max(mostPhotons, photons);
          photons = 0;
          isInLine = true;
          if (count === maxLines) {
            throw new LegacyIoError("not_supported", `PTU: more than ${maxLines} lines are not read`, {
              expected: maxLines,
            });
          }
          if (count === found.length) {
            [found, times] = [grown(found), grown(times)];
          }
          found[count] = record;
          times[count] = time;
          count++;
        }
        return true;
      },
    },
    signal,
  );
  return {
    count,
    records: found.subarray(0, count),
    times: times.subarray(0, count),
    activeTime: median(active),
    channels: [...hasPhotons.keys()].filter((channel) => hasPhotons[channel] === 1),
    mostPhotons: Math.max(mostPhotons, photons),
  };
}

function grown(array: Float64Array<ArrayBuffer>): Float64Array<ArrayBuffer> {
  const longer = new Float64Array(array.length * 2);
  longer.set(array);
  return longer;
}

/** The median step from start to start; undefined for fewer than two lines. */
export function medianPeriod({ times, count }: PtuLines): number | undefined {
  const steps = new Float64Array(Math.max(0, count - 1));
  for (let line = 0; line < steps.length; line++) {
    steps[line] = (times[line + 1] ?? 0) - (times[line] ?? 0);
  }
  steps.sort();
  return middleOf(steps);
}

function median(values: readonly number[]): number | undefined {
  return middleOf(values.toSorted((a, b) => a - b));
}

function middleOf(sorted: ArrayLike<number>): number | undefined {
  const [low, high] = [sorted[(sorted.length - 1) >> 1], sorted[sorted.length >> 1]];
  return low === undefined || high === undefined ? undefined : (low + high) / 2;
}

/** Lines without a pause, where each stands in the scan, and which are missing. */
export interface PtuPart {
  /** The record of each start marker, and its time. */
  readonly records: Float64Array;
  readonly times: Float64Array;
  /** Lines of the scan, with those that are missing. */
  readonly lines: number;
  /** The line of the scan for each line that was found. */
  readonly places: Float64Array;
  readonly gaps: readonly LineGap[];
}

/** Steps longer than this many periods have lines missing in between. */
const GAP_FROM = 1.5;
/** A step over more lines than this, and over more than were found before it, is a pause. */
const LONG_GAP = 8;

/**
 * Leaves room for lines whose markers are missing: where two starts are k periods apart, k - 1 lines. Behind a pause begins another
 * part, so the lines of a part are at most ten times those that were found.
 */
export function partsOfLines(
  { records, times, count }: PtuLines,
  period: number | undefined,
): readonly PtuPart[] {
  const parts: PtuPart[] = [];
  let places = new Float64Array(count);
  let gaps: LineGap[] = [];
  let [first, place] = [0, 0];
  const finish = (stop: number): void => {
    parts.push({
      records: records.subarray(first, stop),
      times: times.subarray(first, stop),
      lines: place,
      places: places.subarray(0, stop - first),
      gaps,
    });
  };
  for (let line = 0; line < count; line++) {
    const step = line === first || period === undefined ? 0 : (times[line] ?? 0) - (times[line - 1] ?? 0);
    const missing = period !== undefined && step > GAP_FROM * period ? Math.round(step / period) - 1 : 0;
    if (missing > Math.max(LONG_GAP, line - first)) {
      finish(line);
      [first, place, gaps, places] = [line, 0, [], new Float64Array(count - line)];
    } else if (missing > 0) {
      gaps.push({ firstLine: place, lines: missing });
      place += missing;
    }
    places[line - first] = place++;
  }
  finish(count);
  return parts;
}
