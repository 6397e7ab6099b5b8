// The measured slope of each window, to be drawn over the streaks: so an eye can judge an angle.

/** What was measured: one number for each window. */
export interface SlopeTrace {
  /** The centre of each window, in lines from the image's first. */
  readonly centreLine: Float64Array;
  /** By how many columns a streak moves from one line to the next; NaN where nothing was measured. */
  readonly pxPerLine: Float64Array;
  /** How many lines a window has. */
  readonly windowLines: number;
}

/** The part of the image that was measured, or that a picture shows; half open, in pixels. */
export interface SlopeRegion {
  readonly lineStart: number;
  readonly lineStop: number;
  readonly columnStart: number;
  readonly columnStop: number;
}

/** A position in the image; pixel `i` covers `i ≤ p < i + 1`. */
export interface ImagePoint {
  readonly line: number;
  readonly column: number;
}

/** The slope of one window: a straight piece through its centre. */
export interface SlopeMark {
  /** The number of the window in the trace. */
  readonly window: number;
  readonly from: ImagePoint;
  readonly to: ImagePoint;
}

/**
 * The slopes of all windows whose centre lies in the region. Each mark passes through the middle of its window, and reaches to
 * the ends of the window or the edges of the region, whichever comes first: a streak of the window runs along it. A window
 * without a number has no mark.
 *
 * @param share how much of that length is drawn, from 0 to 1
 */
export function slopeMarks(
  { centreLine, pxPerLine, windowLines }: SlopeTrace,
  { lineStart, lineStop, columnStart, columnStop }: SlopeRegion,
  share = 1,
): readonly SlopeMark[] {
  const [middle, halfWidth] = [(columnStart + columnStop) / 2, (columnStop - columnStart) / 2];
  const marks: SlopeMark[] = [];
  for (const [window, line] of centreLine.entries()) {
    const slope = pxPerLine[window] ?? Number.NaN;
    if (!(line >= lineStart && line <= lineStop) || !Number.isFinite(slope)) {
      continue;
    }
    const reach = share * Math.min(windowLines / 2, halfWidth / Math.abs(slope));
    marks.push({
      window,
      from: { line: line - reach, column: middle - slope * reach },
      to: { line: line + reach, column: middle + slope * reach },
    });
  }
  return marks;
}
