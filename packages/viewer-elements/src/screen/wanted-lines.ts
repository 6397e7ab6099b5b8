// Decides which native lines are loaded for what is shown.

import type { Kymograph } from "../model/kymograph.ts";
import type { TimeRange } from "../model/time-range.ts";

/** More pixels are not loaded at once, some 2 to 4 MB as they are stored: the overview has to do. */
const MOST_PIXELS = 2 ** 21;
/** How much more than what is shown is loaded on either side, so that a small pan finds it. */
const MARGIN = 0.25;

/** The lines to load; undefined if everything that would be seen is there, or if it is too much. */
export function wantedLines(
  { size, stretches, loadLines }: Kymograph,
  range: TimeRange,
): TimeRange | undefined {
  const shown = {
    start: Math.max(0, Math.floor(range.start)),
    stop: Math.min(size.lines, Math.ceil(range.stop)),
  };
  const isThere = stretches.some(
    ({ firstLine, plane }) => firstLine <= shown.start && firstLine + plane.lines >= shown.stop,
  );
  if (loadLines === undefined || isThere || (shown.stop - shown.start) * size.columns > MOST_PIXELS) {
    return undefined;
  }
  const room = Math.floor((MOST_PIXELS / size.columns - (shown.stop - shown.start)) / 2);
  const margin = Math.max(0, Math.min(room, Math.round(MARGIN * (shown.stop - shown.start))));
  return { start: Math.max(0, shown.start - margin), stop: Math.min(size.lines, shown.stop + margin) };
}
