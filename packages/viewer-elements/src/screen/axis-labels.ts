// The labels of an axis, and scale bars, with units or, where the calibration is not known, in lines and pixels.

import { type Axis, type AxisUnit, scaleBar, screenPerPixel, ticksBetween, toScreen } from "@kym/view";

/** A label and its place on the screen. */
export interface AxisLabel {
  readonly place: number;
  readonly label: string;
}

/** The labels of an axis of the image, whose positions are lines or columns. */
export function axisLabels(axis: Axis, { step, whole }: AxisUnit, atMost: number): readonly AxisLabel[] {
  return ticksBetween(axis.from * step, axis.to * step, { atMost, whole }).map(({ value, label }) => ({
    label,
    place: toScreen(axis, value / step),
  }));
}

/** A bar as long as its label says, in CSS pixels. */
export interface BarMark {
  readonly length: number;
  readonly label: string;
}

/** A bar along an axis, at most a share of it; undefined where not even one line or pixel fits. */
export function barMark(axis: Axis, unit: AxisUnit, share: number): BarMark | undefined {
  const bar = scaleBar(unit, Math.abs(axis.to - axis.from), share);
  return bar && { length: bar.pixels * screenPerPixel(axis), label: bar.label };
}
