// A scale bar: a round length and its label.

import type { AxisUnit } from "./plane-units.ts";
import { roundStep } from "./round-step.ts";

export interface ScaleBar {
  /** In lines or columns of the image. */
  readonly pixels: number;
  /** The length with its unit: `200 ms`, `10 µm`, `50 lines`. */
  readonly label: string;
}

/**
 * The longest round bar that takes at most a share of an axis.
 *
 * @param pixels how many lines or columns the axis shows
 * @param share from 0 to 1; default a fifth
 * @returns undefined if the axis shows nothing, or less than one line or pixel fits
 */
export function scaleBar({ unit, step, whole }: AxisUnit, pixels: number, share = 0.2): ScaleBar | undefined {
  const most = pixels * step * share;
  if (!(most > 0) || !Number.isFinite(most) || (whole && most < 1)) {
    return undefined;
  }
  const length = roundStep(most);
  return { pixels: length / step, label: lengthLabel(length, unit) };
}

/** A length in the unit that needs the fewest digits: ms below a second, mm from 1000 µm. */
function lengthLabel(length: number, unit: AxisUnit["unit"]): string {
  if (unit === "s" && length < 1) {
    return length < 0.001 ? `${tidy(length * 1e6)} µs` : `${tidy(length * 1000)} ms`;
  }
  if (unit === "µm" && length >= 1000) {
    return `${tidy(length / 1000)} mm`;
  }
  return unit === "lines" && length === 1 ? "1 line" : `${tidy(length)} ${unit}`;
}

/** Without the digits that a multiplication adds. */
function tidy(value: number): string {
  return String(Number(value.toPrecision(6)));
}
