// Stretches of time that a viewer shows, in lines of the image: kept within the image, zoomed and moved.

/** Lines from `start` up to `stop`; both may have fractions. */
export interface TimeRange {
  readonly start: number;
  readonly stop: number;
}

/** As near as one can zoom. */
const LEAST_LINES = 8;

/** The whole image. */
export function wholeRange(lines: number): TimeRange {
  return { start: 0, stop: Math.max(1, lines) };
}

/** The range of the same extent within the image; at least 8 lines, or the whole of a shorter image. */
export function clampRange({ start, stop }: TimeRange, lines: number): TimeRange {
  const whole = wholeRange(lines);
  if (!Number.isFinite(start) || !Number.isFinite(stop)) {
    return whole;
  }
  const extent = Math.min(whole.stop, Math.max(Math.min(LEAST_LINES, whole.stop), Math.abs(stop - start)));
  const middle = (start + stop) / 2;
  const first = Math.min(whole.stop - extent, Math.max(0, middle - extent / 2));
  return { start: first, stop: first + extent };
}

/**
 * Zooms about a line, which stays where it is on the screen.
 *
 * @param factor by how much the extent grows; below 1 zooms in
 */
export function zoomRange(range: TimeRange, factor: number, about: number, lines: number): TimeRange {
  const extent = range.stop - range.start;
  const least = Math.min(LEAST_LINES, lines) / extent;
  const applied = Math.min(lines / extent, Math.max(least, factor));
  return clampRange(
    { start: about - (about - range.start) * applied, stop: about + (range.stop - about) * applied },
    lines,
  );
}

/** Moves by a share of the extent; positive to later lines. */
export function panRange({ start, stop }: TimeRange, share: number, lines: number): TimeRange {
  const by = share * (stop - start);
  return clampRange({ start: start + by, stop: stop + by }, lines);
}

export function isSameRange(a: TimeRange, b: TimeRange): boolean {
  return a.start === b.start && a.stop === b.stop;
}
