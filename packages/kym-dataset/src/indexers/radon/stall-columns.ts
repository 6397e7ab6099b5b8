// How often and how long the flow of a trace stood still: the columns that labs publish.

import { stallSummary } from "@kym/flow";

/** The windows of one ROI and channel. */
export interface StallTrace {
  readonly velocitiesMmS: readonly (number | null)[];
  /** Empty if the trace has no times. */
  readonly timesS: readonly (number | null)[];
  /** How clear the best angle of each window is; empty if the trace does not say. */
  readonly qualities: readonly (number | null)[];
}

/** Each is null if it cannot be known: without times, or without qualities. */
export interface StallColumns {
  readonly stall_time_s: number | null;
  readonly stalls_per_min: number | null;
  readonly longest_stall_s: number | null;
  readonly low_quality_share: number | null;
}

/** Summarises the stalls of a trace. Windows of a quality below `minQuality` do not count as standing still. */
export function stallColumns(trace: StallTrace, minQuality: number): StallColumns {
  const { velocitiesMmS, timesS, qualities } = trace;
  const quality = qualities.length === 0 ? undefined : numbersOf(qualities);
  const missing = new Float64Array(velocitiesMmS.length).fill(Number.NaN);
  const summary = stallSummary(
    {
      velocityMmPerS: numbersOf(velocitiesMmS),
      timeS: timesS.length === 0 ? missing : numbersOf(timesS),
    },
    { quality, minQuality },
  );
  const hasVelocity = velocitiesMmS.some((velocity) => velocity !== null);
  const known = (value: number): number | null => (hasVelocity && Number.isFinite(value) ? value : null);
  return {
    stall_time_s: known(summary.timeStalledS),
    stalls_per_min: known(summary.stallsPerMinute),
    longest_stall_s: known(summary.longestStallS),
    low_quality_share: Number.isFinite(summary.lowQualityShare) ? summary.lowQualityShare : null,
  };
}

function numbersOf(cells: readonly (number | null)[]): Float64Array {
  return Float64Array.from(cells, (cell) => cell ?? Number.NaN);
}
