// The slopes that were measured, over the streaks, as paths of SVG.

import { type Roi, roiBounds } from "@kym/roi";
import { type PaletteName, screenPerPixel, slopeMarks, toScreen } from "@kym/view";
import { markColour } from "@kym/view/styles";
import type { Kymograph } from "../model/kymograph.ts";
import { type ImageAxes, tidy } from "./roi-marks.ts";

/** The slopes of one trace. */
export interface SlopeLines {
  readonly roiId: number;
  readonly d: string;
  readonly colour: string;
  readonly strokeWidth: number;
}

/** Nearer to each other than this, lines would hide the streaks. */
const LEAST_DISTANCE = 1.5;
/** How much of its window a line covers, so that the streak can be seen before and after it. */
const SHARE = 0.5;
const WIDEST = 1.2;

/**
 * The slope of each window that is shown, drawn through the middle of its ROI. None for a trace without slopes, or where they
 * would be too near to each other.
 */
export function slopeLines(
  { traces, rois, size }: Pick<Kymograph, "traces" | "rois" | "size">,
  axes: ImageAxes,
  palette: PaletteName,
): readonly SlopeLines[] {
  return traces.flatMap(({ roiId, centreLine, pxPerLine, windowLines }) => {
    if (pxPerLine === undefined || windowLines == null) {
      return [];
    }
    const index = rois.findIndex(({ id }) => id === roiId);
    const region = {
      lineStart: axes.lines.from,
      lineStop: axes.lines.to,
      ...columnsOf(rois[index], size.columns),
    };
    const marks = slopeMarks({ centreLine, pxPerLine, windowLines }, region, SHARE);
    const shownLines = axes.lines.to - axes.lines.from;
    const distance = (shownLines / Math.max(1, marks.length)) * screenPerPixel(axes.lines);
    if (marks.length === 0 || distance < LEAST_DISTANCE) {
      return [];
    }
    const place = (at: { readonly line: number; readonly column: number }): string =>
      `${tidy(toScreen(axes.lines, at.line))} ${tidy(toScreen(axes.columns, at.column))}`;
    const d = marks.map(({ from, to }) => `M${place(from)}L${place(to)}`).join("");
    const colour = markColour(palette, Math.max(0, index));
    return [{ roiId, d, colour, strokeWidth: Math.min(WIDEST, distance / 4) }];
  });
}

function columnsOf(
  roi: Roi | undefined,
  columns: number,
): { readonly columnStart: number; readonly columnStop: number } {
  const bounds = roi === undefined || roi.type === "mask" ? undefined : roiBounds(roi);
  return { columnStart: bounds?.dim1Start ?? 0, columnStop: bounds?.dim1Stop ?? columns };
}
