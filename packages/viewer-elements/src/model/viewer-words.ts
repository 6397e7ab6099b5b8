// What an element says: of the scan, of the place below the pointer, of how it is drawn, and to a screen reader.

import { type PixelSize, planeUnits } from "@kym/view";
import { eventCounts } from "./event-words.ts";
import type { Kymograph, KymographTrace } from "./kymograph.ts";

/** Size and calibration: `30000 lines × 38 px · 1.23 ms/line · 0.276 µm/px`. */
export function sizeWords({ size, pixelSize }: Pick<Kymograph, "size" | "pixelSize">): string {
  const { secondsPerLine, umPerPx } = pixelSize;
  return [
    `${grouped(size.lines)} ${size.lines === 1 ? "line" : "lines"} × ${size.columns} px`,
    secondsPerLine === null ? "no line period" : `${short(secondsPerLine * 1000)} ms/line`,
    umPerPx === null ? "no pixel size" : `${short(umPerPx)} µm/px`,
  ].join(" · ");
}

/** What lies below the crosshair. */
export interface PlaceFacts {
  readonly line: number;
  /** Undefined over a trace. */
  readonly column: number | undefined;
  /** Undefined where no native line is loaded, and beside the image. */
  readonly value: number | undefined;
  readonly roiId: number | undefined;
}

/** `12.418 s · 21.3 µm · value 812 · ROI 1`; without a calibration `line 1200 · column 14`. */
export function placeWords(
  { line, column, value, roiId }: PlaceFacts,
  { secondsPerLine, umPerPx }: PixelSize,
): string {
  return [
    secondsPerLine === null ? `line ${Math.floor(line)}` : `${(line * secondsPerLine).toFixed(3)} s`,
    ...(column === undefined
      ? []
      : [umPerPx === null ? `column ${Math.floor(column)}` : `${(column * umPerPx).toFixed(1)} µm`]),
    ...(value === undefined ? [] : [Number.isNaN(value) ? "no value" : `value ${short(value)}`]),
    ...(roiId === undefined ? [] : [`ROI ${roiId}`]),
  ].join(" · ");
}

/** The velocity at a line, or that nothing was measured there. */
export function velocityWords(trace: KymographTrace, line: number): string {
  const window = nearestWindow(trace.centreLine, line);
  const velocity = window === undefined ? Number.NaN : shownVelocity(trace)[window];
  const unit = hasVelocity(trace) ? "mm/s" : "px/line";
  return Number.isFinite(velocity) ? `${minus((velocity ?? 0).toFixed(2))} ${unit}` : "not measured";
}

/** Whether velocities are known; without a calibration only shifts are. */
export function hasVelocity({ velocityMmPerS }: KymographTrace): boolean {
  return velocityMmPerS.some(Number.isFinite);
}

/** Velocities in mm/s, or where they are unknown shifts in px/line. */
export function shownVelocity(trace: KymographTrace): Float64Array {
  return hasVelocity(trace) ? trace.velocityMmPerS : (trace.pxPerLine ?? trace.velocityMmPerS);
}

/** How the lines of a kymograph became the columns of a screen. */
export type ShownAs =
  /** Each line as it was recorded. */
  | { readonly kind: "lines" }
  /** One line of so many, as it was recorded. */
  | { readonly kind: "nearest"; readonly lines: number }
  /** Minimum and maximum of so many lines, beside each other. */
  | { readonly kind: "extremes"; readonly lines: number }
  /** Nothing is there. */
  | { readonly kind: "nothing" };

/** How the lines are drawn, for the line below the picture. */
export function shownWords(shownAs: ShownAs): string {
  switch (shownAs.kind) {
    case "lines":
      return "each line as recorded";
    case "nearest":
      return `1 of ${Number(shownAs.lines.toPrecision(2))} lines, as recorded`;
    case "extremes":
      return extremesWords(shownAs.lines);
    case "nothing":
      return "no lines here yet: zoom in to load them";
  }
}

/** Of few lines their number matters, also if it is not whole: 800 lines in 600 bins are 1.3 each. */
function extremesWords(lines: number): string {
  const shown = lines < 10 ? Number(lines.toFixed(1)) : Math.round(lines);
  return shown <= 1
    ? "each line, in the levels of the overview"
    : `minimum and maximum of ${grouped(shown)} lines each`;
}

/** The whole kymograph in sentences, for people who do not see it. */
export function summaryWords(kymograph: Kymograph): string {
  const { size, pixelSize, rois, traces, events } = kymograph;
  const { time, space } = planeUnits(pixelSize);
  const extent = (count: number, { unit, step }: { readonly unit: string; readonly step: number }): string =>
    `${short(count * step)} ${unit}`;
  const counts = eventCounts(events).map(({ words, count }) => `${count} × ${words}`);
  return [
    `Kymograph, time to the right: ${extent(size.lines, time)} by ${extent(size.columns, space)}.`,
    `${rois.length === 0 ? "No ROI" : `${rois.length} ${rois.length === 1 ? "ROI" : "ROIs"}`}.`,
    ...traces.map(traceWords),
    events.length === 0 ? "No events." : `Events: ${counts.join(", ")}.`,
  ].join(" ");
}

/** One trace in a sentence. */
export function traceWords(trace: KymographTrace): string {
  const values = shownVelocity(trace).filter(Number.isFinite);
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const unit = hasVelocity(trace) ? "mm/s" : "px/line";
  const missing = trace.centreLine.length - values.length;
  const measured =
    values.length === 0 ? "nothing was measured" : `mean velocity ${minus(mean.toFixed(2))} ${unit}`;
  const gaps = missing === 0 ? "" : `, ${missing} of ${trace.centreLine.length} windows without a number`;
  return `ROI ${trace.roiId}: ${measured}${gaps}.`;
}

/** The window whose centre is nearest to a line, at most one distance between windows away. */
function nearestWindow(centreLine: Float64Array, line: number): number | undefined {
  const step = (centreLine[1] ?? Number.POSITIVE_INFINITY) - (centreLine[0] ?? 0);
  let [low, high] = [0, centreLine.length - 1];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    [low, high] = (centreLine[middle] ?? 0) <= line ? [middle, high] : [low, middle];
  }
  const distance = (window: number): number => Math.abs((centreLine[window] ?? Number.NaN) - line);
  const nearest = distance(high) < distance(low) ? high : low;
  return distance(nearest) <= Math.abs(step) ? nearest : undefined;
}

/** Thin spaces between thousands, which neither a comma nor a point would leave in doubt. */
function grouped(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+$)/g, "\u202f");
}

function short(value: number): string {
  return minus(String(Number(value.toPrecision(4))));
}

function minus(text: string): string {
  return text.replace("-", "\u2212");
}
