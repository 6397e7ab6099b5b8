// Counts the photons of a PicoQuant recording by channel, line and pixel.

import type { NdArray } from "@kym/zarr-store";
import { createNdArray } from "@kym/zarr-store/array";
import type { LineMarkers, PtuPart } from "./ptu-lines.ts";
import { decodeRecords, type PtuRecords } from "./ptu-records.ts";

/** What is needed to count. */
export interface PtuHistogram {
  readonly records: PtuRecords;
  readonly markers: LineMarkers;
  readonly part: PtuPart;
  /** Numbers of the channels, in the order of the array. */
  readonly channels: readonly number[];
  readonly pixels: number;
  /** In units of the times. */
  readonly pixelTime: number;
  readonly isBidirectional: boolean;
  /** `uint16` if no line has more photons than it holds. */
  readonly dtype: "uint16" | "uint32";
}

/** Times are whole numbers: a quotient this near to one is meant to be it. */
const SNAP = 1e-6;

/** The counts of lines `start` to `stop` of all channels, or of one, as `(c,) t, x`. Of a bidirectional scan, odd lines are turned. */
export async function countPhotons(
  { records, markers, part, channels, pixels, pixelTime, isBidirectional, dtype }: PtuHistogram,
  {
    start,
    stop,
    channel: only,
  }: { readonly start: number; readonly stop: number; readonly channel: number | undefined },
  signal?: AbortSignal,
): Promise<NdArray> {
  const count = stop - start;
  const wanted = only === undefined ? channels : channels.slice(only, only + 1);
  const array = createNdArray(dtype, [...(channels.length > 1 ? [wanted.length] : []), count, pixels]);
  const target = array.data;
  const indexOfChannel = new Int32Array(64).fill(-1);
  for (const [index, channel] of wanted.entries()) {
    indexOfChannel[channel] = index;
  }
  const first = firstAtOrBehind(part.places, start);
  const [record, time] = [part.records[first], part.times[first]];
  if (record === undefined || time === undefined) {
    return array;
  }
  let line = first - 1;
  let [lineStart, row, isTurned] = [0, -1, false];
  await decodeRecords(
    records,
    { record, time },
    {
      photon: (photonTime, channel) => {
        const index = indexOfChannel[channel] ?? -1;
        if (row < 0 || index < 0) {
          return;
        }
        const exact = (photonTime - lineStart) / pixelTime;
        const nearest = Math.round(exact);
        const pixel = Math.abs(exact - nearest) < SNAP ? nearest : Math.floor(exact);
        if (pixel >= 0 && pixel < pixels) {
          const at = (index * count + row) * pixels + (isTurned ? pixels - 1 - pixel : pixel);
          target[at] = (target[at] ?? 0) + 1;
        }
      },
      marker: (markerTime, bits) => {
        if ((bits & markers.stop) !== 0) {
          row = -1;
        }
        if ((bits & markers.start) !== 0) {
          line++;
          const place = part.places[line] ?? stop;
          lineStart = markerTime;
          row = place - start;
          isTurned = isBidirectional && place % 2 === 1;
          return place < stop;
        }
        return true;
      },
    },
    signal,
  );
  return array;
}

/** The first line that was found whose place is `start` or behind it. */
function firstAtOrBehind(places: Float64Array, start: number): number {
  let [low, high] = [0, places.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((places[middle] ?? 0) < start) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}
