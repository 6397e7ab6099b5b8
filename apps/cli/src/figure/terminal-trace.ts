// Draws a velocity trace and its events on a terminal, below an image on the same axis of time.

import type { RoiEvent, RoiTrace } from "@kym/kym-dataset";
import { UNITS } from "@kym/kym-schema";
import { valueRange } from "@kym/view";
import type { Stretch } from "./figure-facts.ts";
import { eventStyle } from "./figure-style.ts";

/** Lines of text; each has two steps of the trace. */
const ROWS = 4;
const STEPS = 2 * ROWS;

/** A trace as text. */
export interface TerminalTrace {
  /** From the greatest value to the least. */
  readonly rows: readonly string[];
  /** The values at the upper and the lower end. */
  readonly from: number;
  readonly to: number;
  readonly unit: string;
}

/** One character per column: the middle half of the values of its windows. Without a value it is blank. */
export function terminalTrace(trace: RoiTrace, stretch: Stretch, width: number): TerminalTrace | undefined {
  const measured = [trace.cleanMmPerS, trace.velocityMmPerS, trace.pxPerLine];
  const data = measured.find((values) => values.some(Number.isFinite));
  if (data === undefined) {
    return undefined;
  }
  const values = data.map((value, window) => (isIn(stretch, trace.centreLine[window]) ? value : Number.NaN));
  const { from, to } = valueRange(values);
  const step = (value: number): number =>
    Math.max(0, Math.min(STEPS - 1, Math.floor(((value - from) / (to - from)) * STEPS)));
  const columns = rangesOf(trace, values, stretch, width).map((range) =>
    range === undefined ? undefined : { low: step(range.low), high: step(range.high) },
  );
  const zero = ROWS - 1 - Math.floor(step(0) / 2);
  const rows = Array.from({ length: ROWS }, (_, row) => {
    const upper = STEPS - 1 - 2 * row;
    return columns
      .map((column) => {
        const has = (at: number): boolean => column !== undefined && at >= column.low && at <= column.high;
        const [hasUpper, hasLower] = [has(upper), has(upper - 1)];
        return hasUpper ? (hasLower ? "█" : "▀") : hasLower ? "▄" : row === zero ? "·" : " ";
      })
      .join("");
  });
  return { rows, from, to, unit: data === trace.pxPerLine ? "px/line" : UNITS.velocity };
}

interface Range {
  readonly low: number;
  readonly high: number;
}

/** The quartiles of each column's windows: those whose centres lie in it, or the one that it lies in. */
function rangesOf(
  { centreLine }: RoiTrace,
  values: Float64Array,
  { start, stop }: Stretch,
  width: number,
): readonly (Range | undefined)[] {
  const perColumn = (stop - start) / width;
  const step = (centreLine[1] ?? Number.NaN) - (centreLine[0] ?? Number.NaN);
  const reach = Math.max(perColumn, Number.isFinite(step) ? step : 0) / 2;
  const found = Array.from({ length: width }, (): number[] => []);
  for (const [window, line] of centreLine.entries()) {
    const value = values[window] ?? Number.NaN;
    if (!Number.isFinite(value)) {
      continue;
    }
    const first = Math.max(0, Math.round((line - reach - start) / perColumn));
    const last = Math.min(width, Math.max(first + 1, Math.round((line + reach - start) / perColumn)));
    for (let column = first; column < last; column++) {
      found[column]?.push(value);
    }
  }
  return found.map((column) => {
    const sorted = column.toSorted((a, b) => a - b);
    const [low, high] = [
      sorted[Math.floor(sorted.length / 4)],
      sorted[Math.ceil((sorted.length * 3) / 4) - 1],
    ];
    return low === undefined || high === undefined ? undefined : { low: Math.min(low, high), high };
  });
}

/** The letter of each event at its start, and a line up to its end; empty if the stretch has no event. */
export function terminalEvents(
  events: readonly RoiEvent[],
  { start, stop }: Stretch,
  { secondsPerLine, width }: { readonly secondsPerLine: number | null; readonly width: number },
): string {
  const cells: string[] = new Array(width).fill(" ");
  for (const { eventType, startS, endS } of events) {
    if (startS === null || secondsPerLine === null) {
      continue;
    }
    const columnOf = (timeS: number): number =>
      Math.floor(((timeS / secondsPerLine - start) / (stop - start)) * width);
    const [from, to] = [columnOf(startS), columnOf(endS ?? startS)];
    for (let column = Math.max(0, from + 1); column <= Math.min(width - 1, to); column++) {
      cells[column] = cells[column] === " " ? "─" : (cells[column] ?? " ");
    }
    if (from >= 0 && from < width) {
      cells[from] = eventStyle(eventType).letter;
    }
  }
  return cells.join("").trimEnd();
}

function isIn({ start, stop }: Stretch, line: number | undefined): boolean {
  return line !== undefined && line >= start && line <= stop;
}
