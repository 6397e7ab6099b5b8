// Checks what a page sets as `data`, so that everything behind it can rely on it.

import type { Overview, PixelPlane } from "@kym/view";
import { ViewerError } from "../errors.ts";
import type { Kymograph, KymographData, KymographTrace } from "./kymograph.ts";

/**
 * The kymograph that a page means.
 *
 * @throws {ViewerError} `invalid_data` if sizes do not fit together, with the place, what was expected and what was found
 */
export function parseKymograph(data: KymographData): Kymograph {
  const { plane, stretches = [] } = data;
  const size = data.size ?? (plane && { lines: plane.lines, columns: plane.columns });
  if (size === undefined || !isCount(size.lines) || !isCount(size.columns)) {
    throw invalid("size", "whole numbers of lines and columns, or a plane that has them", size);
  }
  const all = plane === undefined ? stretches : [{ firstLine: 0, plane }];
  for (const [index, stretch] of all.entries()) {
    checkPlane(stretch.plane, size.columns, plane === undefined ? `stretches[${index}].plane` : "plane");
  }
  const { secondsPerLine = null, umPerPx = null } = data.pixelSize ?? {};
  const { overview } = data;
  if (overview !== undefined) {
    checkOverview(overview, size);
  }
  const { traces = [] } = data;
  if (overview === undefined && all.length === 0 && data.loadLines === undefined && traces.length === 0) {
    throw invalid("data", "plane, overview, stretches, loadLines or traces", Object.keys(data).join(", "));
  }
  for (const [index, trace] of traces.entries()) {
    checkTrace(trace, `traces[${index}]`);
  }
  return {
    name: data.name ?? "",
    size: { lines: size.lines, columns: size.columns },
    pixelSize: { secondsPerLine: positiveOf(secondsPerLine), umPerPx: positiveOf(umPerPx) },
    overview,
    stretches: all,
    ...{ loadLines: data.loadLines, loadResults: data.loadResults, contrast: data.contrast },
    ...{ rois: data.rois ?? [], traces, events: data.events ?? [] },
  };
}

function checkPlane({ pixels, lines, columns }: PixelPlane, expected: number, where: string): void {
  if (!isCount(lines) || columns !== expected || pixels.length !== lines * columns) {
    const wanted = `lines × ${expected} pixels in a typed array`;
    throw invalid(where, wanted, `${lines} × ${columns} and ${pixels.length} pixels`);
  }
}

function checkOverview(overview: Overview, { lines, columns }: Kymograph["size"]): void {
  const { bins, minimum, maximum } = overview;
  const isOfImage = overview.lines === lines && overview.columns === columns;
  if (!isOfImage || minimum.length !== bins * columns || maximum.length !== bins * columns) {
    const found = `${overview.lines} × ${overview.columns} in ${bins} bins, ${minimum.length} minima and ${maximum.length} maxima`;
    throw invalid("overview", `that of ${lines} × ${columns} pixels`, found);
  }
}

function checkTrace(trace: KymographTrace, where: string): void {
  const { centreLine, velocityMmPerS, cleanMmPerS, pxPerLine } = trace;
  for (const [name, values] of Object.entries({ velocityMmPerS, cleanMmPerS, pxPerLine })) {
    if (values !== undefined && values.length !== centreLine.length) {
      throw invalid(`${where}.${name}`, `${centreLine.length} numbers, as centreLine has`, values.length);
    }
  }
}

function isCount(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value > 0;
}

function positiveOf(step: number | null): number | null {
  return step !== null && step > 0 && Number.isFinite(step) ? step : null;
}

function invalid(where: string, expected: string, found: unknown): ViewerError {
  const shown = typeof found === "object" ? JSON.stringify(found) : String(found);
  return new ViewerError("invalid_data", `${where}: expected ${expected}, found ${shown}`);
}
