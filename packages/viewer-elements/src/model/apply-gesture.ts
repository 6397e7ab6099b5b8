// What a gesture does to the range and the crosshair.

import { type Axis, fromScreen } from "@kym/view";
import type { Gesture } from "./gesture.ts";
import { panRange, type TimeRange, zoomRange } from "./time-range.ts";
import type { Crosshair } from "./viewer-state.ts";

/** What a gesture starts from. */
export interface GestureBasis {
  readonly range: TimeRange;
  /** What can be shown. */
  readonly bounds: TimeRange;
  readonly crosshair: Crosshair | undefined;
  readonly size: { readonly lines: number; readonly columns: number };
  /** Where the range lies on the screen. */
  readonly axis: Axis;
}

/** The range and crosshair after a gesture. Pure. */
export function applyGesture(
  gesture: Gesture,
  { range, bounds, crosshair, size, axis }: GestureBasis,
): { readonly range: TimeRange; readonly crosshair: Crosshair | undefined } {
  switch (gesture.kind) {
    case "pan":
      return { range: panRange(range, gesture.share, bounds), crosshair };
    case "zoom": {
      const middle = (range.start + range.stop) / 2;
      const isShown =
        crosshair !== undefined && crosshair.line >= range.start && crosshair.line <= range.stop;
      const about =
        gesture.about === undefined ? (isShown ? crosshair.line : middle) : fromScreen(axis, gesture.about);
      return { range: zoomRange(range, gesture.factor, about, bounds), crosshair };
    }
    case "show":
      return { range: gesture.range, crosshair };
    case "all":
      return { range: bounds, crosshair };
    case "step": {
      const next = stepped(gesture, { range, bounds, crosshair, size, axis });
      const isBeyond = next.line < range.start || next.line >= range.stop;
      const share = next.line < range.start ? -0.5 : 0.5;
      return { range: isBeyond ? panRange(range, share, bounds) : range, crosshair: next };
    }
    case "leave":
      return { range, crosshair: undefined };
  }
}

/** The centre of the next pixel; at first the middle of what is shown. A step is at least one unit of the screen. */
function stepped(
  { lines, columns }: Extract<Gesture, { kind: "step" }>,
  { range, crosshair, size, axis }: GestureBasis,
): Crosshair {
  const linesPerStep = Math.max(1, Math.round((range.stop - range.start) / Math.abs(axis.stop - axis.start)));
  const from = crosshair ?? { line: (range.start + range.stop) / 2, column: undefined };
  const column = from.column ?? size.columns / 2;
  const bounded = (value: number, most: number): number => Math.max(0, Math.min(most - 1, value)) + 0.5;
  return {
    line: bounded(Math.floor(from.line) + lines * linesPerStep, size.lines),
    column: bounded(Math.floor(column) + columns, size.columns),
  };
}
