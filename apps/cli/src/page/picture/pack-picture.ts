// Packs what is drawn of an image into few bytes: 64 levels of grey, and velocities to a two-thousandth of their axis.

import { deflateRawSync } from "node:zlib";
import { contrastOf, levelOf, narrowOverview, type Overview, type PixelPlane, valueRange } from "@kym/view";
import type { ReportImageDetail, ReportTrace } from "../../report/report-data.ts";
import {
  LAST_STEP,
  NO_NUMBER,
  NO_STEP,
  type PackedNumbers,
  type PackedPicture,
  type PackedStretch,
  type PackedTrace,
} from "./packed-picture.ts";

/** An overview of a report has at most this many bins: at two lines each, they fill the width of a page. */
const MOST_BINS = 600;
/** How finely velocities are stored: the part of their axis that one step is. */
const STEPS_PER_AXIS = 2000;
/** A few hot pixels do not take the levels of all others. */
const STRETCH_PERCENT = { lowPercent: 0.1, highPercent: 99.9 };

/** Native lines of a stretch. */
export interface StretchPixels {
  readonly firstLine: number;
  readonly plane: PixelPlane;
}

/** What is known of an image beside what was measured. */
export interface PictureParts {
  readonly lines: number;
  readonly columns: number;
  readonly secondsPerLine: number | null;
  readonly umPerPx: number | null;
  readonly overview: Overview | null;
  readonly stretch: StretchPixels | null;
  /** Of the channel that is shown. */
  readonly detail: Pick<ReportImageDetail, "rois" | "traces" | "events">;
}

/** The picture as the page reads it: about 60 kB for 38 columns and 7500 windows. */
export function packPicture({ detail, overview, stretch, ...known }: PictureParts): PackedPicture {
  const bytes: Uint8Array[] = [];
  const narrow = overview === null ? null : narrowOverview(overview, MOST_BINS);
  if (narrow !== null) {
    bytes.push(...overviewSteps(narrow));
  }
  const packedStretch = stretch === null ? null : packStretch(stretch, bytes);
  const traces = detail.traces.map((trace) => packTrace(trace, bytes));
  return {
    ...known,
    overview: narrow === null ? null : { bins: narrow.bins, low: narrow.low, high: narrow.high },
    stretch: packedStretch,
    rois: detail.rois.map(({ envelope }) => envelope),
    traces,
    events: detail.events.map(({ roiId, eventType, startS, endS }) => ({ roiId, eventType, startS, endS })),
    bytes: deflateRawSync(Buffer.concat(bytes), { level: 9 }).toString("base64"),
  };
}

/** Minimum and maximum. A bin without a number is the only one whose minimum exceeds its maximum. */
function overviewSteps({ minimum, maximum }: Overview): readonly Uint8Array[] {
  const isNothing = minimum.map((level, cell) => Number(level > (maximum[cell] ?? 0)));
  return [minimum, maximum].map((levels) =>
    levels.map((level, cell) => (isNothing[cell] === 1 ? NO_STEP : stepOf(level))),
  );
}

function packStretch({ firstLine, plane }: StretchPixels, bytes: Uint8Array[]): PackedStretch {
  const contrast = contrastOf(plane.pixels, STRETCH_PERCENT);
  bytes.push(
    Uint8Array.from(plane.pixels, (value) =>
      Number.isNaN(value) ? NO_STEP : stepOf(levelOf(value, contrast)),
    ),
  );
  return { firstLine, lines: plane.lines, low: contrast.low, high: contrast.high };
}

function stepOf(level: number): number {
  return Math.round((level / 255) * LAST_STEP);
}

function packTrace(trace: ReportTrace, bytes: Uint8Array[]): PackedTrace {
  const [centres, velocities, shifts] = [trace.centreLine, trace.velocityMmPerS, trace.pxPerLine].map(
    (values) => Float64Array.from(values, (value) => value ?? Number.NaN),
  ) as [Float64Array, Float64Array, Float64Array];
  const even = evenSpacing(centres);
  if (even === null) {
    bytes.push(bytesOf(Float32Array.from(centres)));
  }
  const velocity = packNumbers(velocities, bytes);
  return {
    roiId: trace.roiId,
    windows: centres.length,
    windowLines: trace.windowLines,
    centres: even,
    velocity,
    shift: packShift(velocities, shifts, bytes),
  };
}

function packShift(
  velocities: Float64Array,
  shifts: Float64Array,
  bytes: Uint8Array[],
): PackedTrace["shift"] {
  if (!shifts.some(Number.isFinite)) {
    return null;
  }
  const perVelocity = commonRatio(velocities, shifts);
  return perVelocity === null ? packNumbers(shifts, bytes) : { perVelocity };
}

/** By how much each shift exceeds its velocity, if it is the same for all: then nobody needs to store both. */
function commonRatio(velocities: Float64Array, shifts: Float64Array): number | null {
  const first = velocities.findIndex((velocity) => Number.isFinite(velocity) && velocity !== 0);
  const ratio = (shifts[first] ?? Number.NaN) / (velocities[first] ?? Number.NaN);
  const isCommon = shifts.every((shift, window) => {
    const expected = (velocities[window] ?? Number.NaN) * ratio;
    return Number.isFinite(shift)
      ? Math.abs(shift - expected) <= Math.abs(shift) * 1e-4
      : !Number.isFinite(velocities[window]);
  });
  return Number.isFinite(ratio) && isCommon ? ratio : null;
}

/** Where all windows lie, if they are evenly spaced. */
function evenSpacing(centres: Float64Array): PackedTrace["centres"] {
  const [from = Number.NaN, second = from] = centres;
  const step = centres.length < 2 ? 0 : ((centres.at(-1) ?? second) - from) / (centres.length - 1);
  return centres.every((centre, window) => Math.abs(centre - (from + window * step)) < 0.01)
    ? { from, step }
    : null;
}

function packNumbers(values: Float64Array, bytes: Uint8Array[]): PackedNumbers {
  const { from, to } = valueRange(values);
  const step = (to - from) / STEPS_PER_AXIS || 1;
  const most = -NO_NUMBER - 1;
  bytes.push(
    bytesOf(
      Int16Array.from(values, (value) =>
        Number.isFinite(value) ? Math.max(-most, Math.min(most, Math.round(value / step))) : NO_NUMBER,
      ),
    ),
  );
  return { step };
}

function bytesOf({ buffer, byteOffset, byteLength }: Float32Array | Int16Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}
