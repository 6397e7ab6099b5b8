// Where the parts of an image and a trace lie, in CSS pixels, so that both have their axis of time at the same places.

import type { Axis } from "@kym/view";
import type { TimeRange } from "../model/time-range.ts";

/** A box in CSS pixels. */
export interface PlotBox {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** Room for the axis on the left, in an image and a trace alike. */
export const LEFT_GUTTER = 58;
/** Room for the half of the last label. */
export const RIGHT_GUTTER = 14;
/** Room for the labels of the axis of time. */
export const BOTTOM_GUTTER = 36;
/** The lane above the image in which events lie. */
export const EVENT_LANE = 16;

const LEAST_HEIGHT = 110;
const MOST_HEIGHT = 300;
const PER_COLUMN = 4;
const LEAST_WIDTH = 40;

/** The box of an image's pixels in an element of some width. Images of few columns are drawn higher than they would be. */
export function imageBox(
  elementWidth: number,
  columns: number,
  { hasEvents, height }: { readonly hasEvents: boolean; readonly height?: number | undefined },
): PlotBox {
  return {
    left: LEFT_GUTTER,
    top: hasEvents ? EVENT_LANE : 4,
    width: Math.max(LEAST_WIDTH, elementWidth - LEFT_GUTTER - RIGHT_GUTTER),
    height: height ?? Math.min(MOST_HEIGHT, Math.max(LEAST_HEIGHT, columns * PER_COLUMN)),
  };
}

/** Time to the right, in lines. */
export function timeAxis({ start, stop }: TimeRange, { left, width }: Pick<PlotBox, "left" | "width">): Axis {
  return { from: start, to: stop, start: left, stop: left + width };
}

/** Space downwards, in columns. */
export function spaceAxis(columns: number, { top, height }: PlotBox): Axis {
  return { from: 0, to: columns, start: top, stop: top + height };
}

/** As many labels as fit side by side. */
export function labelsAlong(width: number): number {
  return Math.max(2, Math.min(10, Math.floor(width / 80)));
}
