// Visits the pixels of any ROI as spans of rows; rasterizing and statistics are built on it.

import { intersectBounds, orderBounds, type RoiBounds } from "../shapes/bounds.ts";
import { maskBounds, missingMask, type RoiMask } from "../shapes/mask.ts";
import type { Roi } from "../shapes/roi.ts";
import { forEachPathSpan } from "./path-spans.ts";
import { forEachPointSpan } from "./point-spans.ts";
import { forEachPolygonSpan } from "./polygon-spans.ts";

/** Receives a span of one row, from column `start` up to but without `stop`, which is greater. */
export type VisitSpan = (row: number, start: number, stop: number) => void;

/**
 * Visits the pixels of a region that a ROI covers and that are inside the mask, if one is given. Each pixel is
 * visited once, row by row, from left to right. A pixel counts if `containsPoint` finds its centre inside.
 *
 * @throws {RoiError} `invalid_argument` for a mask ROI without its mask, and for a mask whose size and data
 *   disagree
 */
export function forEachSpan(
  roi: Roi | RoiBounds,
  region: RoiBounds,
  mask: RoiMask | undefined,
  visit: VisitSpan,
): void {
  if (mask === undefined) {
    forEachShapeSpan(roi, region, visit);
    return;
  }
  const origin = maskBounds(mask);
  forEachShapeSpan(
    "type" in roi && roi.type === "mask" ? origin : roi,
    intersectBounds(region, origin),
    (row, start, stop) => {
      const first = (row - origin.dim0Start) * mask.width - origin.dim1Start;
      forEachRun(
        start,
        stop,
        (column) => mask.data[first + column] !== 0,
        (from, to) => visit(row, from, to),
      );
    },
  );
}

/** Visits the longest half-open runs of integers that are inside, from `start` up to but without `stop`. */
export function forEachRun(
  start: number,
  stop: number,
  isInside: (value: number) => boolean,
  visit: (start: number, stop: number) => void,
): void {
  let from: number | undefined;
  for (let value = start; value < stop; value += 1) {
    if (isInside(value)) {
      from ??= value;
    } else if (from !== undefined) {
      visit(from, value);
      from = undefined;
    }
  }
  if (from !== undefined) {
    visit(from, stop);
  }
}

function forEachShapeSpan(roi: Roi | RoiBounds, region: RoiBounds, visit: VisitSpan): void {
  if (!("type" in roi)) {
    forEachRow(intersectBounds(region, orderBounds(roi)), visit);
    return;
  }
  switch (roi.type) {
    case "rect":
      forEachRow(intersectBounds(region, roi.bounds), visit);
      return;
    case "mask":
      throw missingMask(roi.id);
    case "line":
    case "polyline":
      forEachPathSpan(roi.points, region, visit);
      return;
    case "polygon":
      forEachPolygonSpan(roi.points, region, visit);
      return;
    case "point":
      forEachPointSpan(roi.points, region, visit);
      return;
  }
  roi satisfies never;
}

function forEachRow({ dim0Start, dim0Stop, dim1Start, dim1Stop }: RoiBounds, visit: VisitSpan): void {
  for (let row = dim0Start; row < dim0Stop && dim1Start < dim1Stop; row += 1) {
    visit(row, dim1Start, dim1Stop);
  }
}
