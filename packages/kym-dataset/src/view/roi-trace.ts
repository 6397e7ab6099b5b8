// The velocity trace of one ROI and channel, made from the rows of the table of one program.

import { type AnalysisState, COLUMNS, type calibrationOf } from "@kym/kym-schema";
import type { Row } from "@kym/zarr-store";

/** One number for each window in each array; NaN where nothing was measured. */
export interface RoiTrace {
  readonly roiId: number;
  /** From 1. */
  readonly channel: number;
  /** `lab` for results that came with a lab's files, `acqstore` for those of acqstore, otherwise the package that computed them. */
  readonly software: string;
  readonly algorithm: string | null;
  /** Whether ROI, pixels and calibration are still those that were analysed. */
  readonly state: AnalysisState;
  /** How many lines a window has; four steps where nothing says it. Null for fewer than two windows. */
  readonly windowLines: number | null;
  /** The centre of each window, in lines from the image's first; NaN where neither it nor a line period is known. */
  readonly centreLine: Float64Array;
  /** As analysed; a velocity beyond ±10⁶ mm/s, which stands for 90°, is NaN. */
  readonly velocityMmPerS: Float64Array;
  /** Without outliers, as the program that analysed it cleans it. All NaN if it stored none. */
  readonly cleanMmPerS: Float64Array;
  /** By how many columns a streak moves from one line to the next, positive toward larger columns. */
  readonly pxPerLine: Float64Array;
}

/** What is known of a trace beside its rows. */
export interface AboutTrace {
  /** Of the image; used where the rows do not say what they were computed with. */
  readonly calibration: ReturnType<typeof calibrationOf>;
  readonly state: AnalysisState;
  readonly windowLines: number | null;
}

const FARTHEST_MM_PER_S = 1e6;
const STEPS_PER_WINDOW = 4;

/** Makes a trace of at least one row, all of one ROI and channel, in order of time. */
export function traceOfRows(rows: readonly Row[], { calibration, state, windowLines }: AboutTrace): RoiTrace {
  const [first = {}] = rows;
  const cells = (name: string): Float64Array => Float64Array.from(rows, (row) => numberOf(row[name]));
  const steps = cells(COLUMNS.secondsPerLine);
  const widths = cells(COLUMNS.umPerPx);
  const [times, lines] = [cells(COLUMNS.time), cells(COLUMNS.line)];
  const velocityMmPerS = cells(COLUMNS.velocity).map(measured);
  const shifts = cells(COLUMNS.shiftPxPerLine);
  const stepOf = (window: number): number =>
    positive(steps[window]) ?? calibration.secondsPerLine ?? Number.NaN;
  const widthOf = (window: number): number => positive(widths[window]) ?? calibration.umPerPx ?? Number.NaN;
  const centreLine = times.map((time, window) => {
    const line = lines[window] ?? Number.NaN;
    return Number.isFinite(line) ? line : time / stepOf(window);
  });
  const step = (centreLine[1] ?? Number.NaN) - (centreLine[0] ?? Number.NaN);
  const algorithm = first[COLUMNS.algorithm];
  return {
    roiId: Number(first[COLUMNS.roiId]),
    channel: Number(first[COLUMNS.channel] ?? 1),
    software: String(first[COLUMNS.software]),
    algorithm: typeof algorithm === "string" ? algorithm : null,
    state,
    windowLines: windowLines ?? (step > 0 ? Math.round(step * STEPS_PER_WINDOW) : null),
    centreLine,
    velocityMmPerS,
    cleanMmPerS: cells(COLUMNS.cleanVelocity).map(measured),
    pxPerLine: velocityMmPerS.map((velocity, window) => {
      const shift = shifts[window] ?? Number.NaN;
      return Number.isFinite(shift) ? shift : (velocity * 1000 * stepOf(window)) / widthOf(window);
    }),
  };
}

function numberOf(cell: Row[string]): number {
  return typeof cell === "number" ? cell : typeof cell === "bigint" ? Number(cell) : Number.NaN;
}

function measured(velocity: number): number {
  return Math.abs(velocity) <= FARTHEST_MM_PER_S ? velocity : Number.NaN;
}

function positive(value: number | undefined): number | undefined {
  return value !== undefined && value > 0 && Number.isFinite(value) ? value : undefined;
}
