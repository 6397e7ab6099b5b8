// A trace as pieces without gaps, and the range that its axis shows.

import { percentileOf } from "../pixels/contrast.ts";

/** Windows from `start` up to `stop`, without a gap. */
export interface TraceRun {
  readonly start: number;
  readonly stop: number;
}

/** The longest pieces of a trace in which no value is NaN or infinite. A gap stays a gap: nothing is drawn across it. */
export function traceRuns(values: Float64Array): readonly TraceRun[] {
  const runs: TraceRun[] = [];
  let start = -1;
  for (let index = 0; index <= values.length; index++) {
    const isNumber = Number.isFinite(values[index]);
    if (isNumber && start < 0) {
      start = index;
    } else if (!isNumber && start >= 0) {
      runs.push({ start, stop: index });
      start = -1;
    }
  }
  return runs;
}

export interface ValueRange {
  readonly from: number;
  readonly to: number;
  /** How many values lie outside. */
  readonly beyond: number;
}

/** How much room an axis leaves beyond its values, of their extent. */
const MARGIN = 0.06;

/**
 * The range of an axis for these values: from the 0.5th to the 99.5th percentile and 0, and a little more. So a few windows whose
 * angle is nearly 90° do not flatten the others. From -1 to 1 if no value is finite, or all are 0.
 */
export function valueRange(values: Float64Array): ValueRange {
  const sorted = values.filter(Number.isFinite).sort();
  const low = Math.min(0, percentileOf(sorted, 0.5));
  const high = Math.max(0, percentileOf(sorted, 99.5));
  if (low === high) {
    return { from: -1, to: 1, beyond: 0 };
  }
  const margin = MARGIN * (high - low);
  const [from, to] = [low - margin, high + margin];
  return { from, to, beyond: sorted.filter((value) => value < from || value > to).length };
}
