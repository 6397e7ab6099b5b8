// Finds the pixels that a line or polyline covers, row by row.

import { HALF_WIDTH, isNearSegment, segmentsOf } from "../geometry/near-segment.ts";
import { firstCentreFrom } from "../geometry/roi-bounds.ts";
import type { RoiBounds } from "../shapes/bounds.ts";
import type { RoiPoint } from "../shapes/point.ts";

/** A segment, and the half-open range of rows whose centres it may be near. */
interface SegmentRows {
  readonly a: RoiPoint;
  readonly b: RoiPoint;
  readonly start: number;
  readonly stop: number;
}

/** An allowance, in pixels, larger than any rounding error of a distance. */
const MARGIN = 1 / 64;

type Span = readonly [start: number, stop: number];

/**
 * Visits the pixels of a region whose centres are at most half a pixel from the path, row by row. No pixel is
 * visited twice.
 */
export function forEachPathSpan(
  points: readonly RoiPoint[],
  region: RoiBounds,
  visit: (row: number, start: number, stop: number) => void,
): void {
  const segments = segmentsInRows(points, region);
  let passing: readonly SegmentRows[] = [];
  let next = 0;
  for (let row = segments[0]?.start ?? region.dim0Stop; row < region.dim0Stop; row += 1) {
    const first = next;
    while ((segments[next]?.start ?? Number.POSITIVE_INFINITY) <= row) {
      next += 1;
    }
    passing = [...passing, ...segments.slice(first, next)].filter(({ stop }) => stop > row);
    const spans = passing.flatMap((segment) => spansNear(segment, row + 0.5, region));
    for (const [start, stop] of mergeSpans(spans)) {
      visit(row, start, stop);
    }
  }
}

function segmentsInRows(points: readonly RoiPoint[], region: RoiBounds): readonly SegmentRows[] {
  return segmentsOf(points)
    .map(([a, b]) => ({
      a,
      b,
      start: Math.max(region.dim0Start, firstCentreFrom(Math.min(a.dim0, b.dim0) - HALF_WIDTH)),
      stop: Math.min(region.dim0Stop, Math.floor(Math.max(a.dim0, b.dim0)) + 1),
    }))
    .filter(({ start, stop }) => start < stop)
    .toSorted((a, b) => a.start - b.start);
}

/** Finds the pixels of one row that are near one segment. */
function spansNear({ a, b }: SegmentRows, dim0: number, region: RoiBounds): readonly Span[] {
  const reach = HALF_WIDTH + MARGIN;
  const ends = [dim0 - reach, dim0 + reach].map((position) => columnAt(a, b, position));
  const candidates = a.dim0 === b.dim0 ? [a.dim1, b.dim1] : ends;
  // Look one pixel further on either side than necessary: the test below decides.
  const start = Math.max(region.dim1Start, firstCentreFrom(Math.min(...candidates) - HALF_WIDTH) - 1);
  const stop = Math.min(region.dim1Stop, Math.floor(Math.max(...candidates)) + 2);
  const spans: Span[] = [];
  for (let column = start; column < stop; column += 1) {
    if (isNearSegment(a, b, dim0, column + 0.5)) {
      spans.push([column, column + 1]);
    }
  }
  return spans;
}

/** The column of a segment at a row position; beyond its ends, the column of the nearest end. */
function columnAt(a: RoiPoint, b: RoiPoint, dim0: number): number {
  const part = (dim0 - a.dim0) / (b.dim0 - a.dim0);
  return a.dim1 + Math.min(Math.max(part, 0), 1) * (b.dim1 - a.dim1);
}

/** Merges spans that touch or overlap, in order. */
function mergeSpans(spans: readonly Span[]): readonly Span[] {
  const merged: Span[] = [];
  for (const [start, stop] of spans.toSorted((a, b) => a[0] - b[0])) {
    const last = merged.at(-1);
    if (last === undefined || last[1] < start) {
      merged.push([start, stop]);
    } else {
      merged[merged.length - 1] = [last[0], Math.max(last[1], stop)];
    }
  }
  return merged;
}
