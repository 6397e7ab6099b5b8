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
}

/** Nearer to each other than this, in CSS pixels, lines would hide the streaks: then only some of the windows have one. */
const LEAST_DISTANCE = 14;
/** A line across fewer CSS pixels of time shows no slope. */
const LEAST_LENGTH = 6;
/** How much of its window a line covers, so that the streak can be seen before and after it. */
const SHARE = 0.5;

/**
 * Slopes of windows that are shown, drawn through the middle of their ROI: of each window, or of every second, third … where they
 * would lie too near to each other. None for a trace without slopes, or when so much time is shown that none could be seen.
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
    const perLine = screenPerPixel(axes.lines);
    if (marks.length === 0 || SHARE * windowLines * perLine < LEAST_LENGTH) {
      return [];
    }
    const step = Math.abs((centreLine[1] ?? Number.NaN) - (centreLine[0] ?? Number.NaN)) * perLine;
    const every = step > 0 ? Math.max(1, Math.ceil(LEAST_DISTANCE / step)) : 1;
    const place = (at: { readonly line: number; readonly column: number }): string =>
      `${tidy(toScreen(axes.lines, at.line))} ${tidy(toScreen(axes.columns, at.column))}`;
    // By the number of the window, so that the same ones are drawn while the image moves.
    const drawn = marks.filter(({ window }) => window % every === 0);
    const d = drawn.map(({ from, to }) => `M${place(from)}L${place(to)}`).join("");
    const colour = markColour(palette, Math.max(0, index));
    return [{ roiId, d, colour }];
  });
}

function columnsOf(
  roi: Roi | undefined,
  columns: number,
): { readonly columnStart: number; readonly columnStop: number } {
  const bounds = roi === undefined || roi.type === "mask" ? undefined : roiBounds(roi);
  return { columnStart: bounds?.dim1Start ?? 0, columnStop: bounds?.dim1Stop ?? columns };
}
