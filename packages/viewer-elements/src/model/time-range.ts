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

/** The range of the same extent within bounds; at least 8 lines, or all of shorter bounds. */
export function clampRange({ start, stop }: TimeRange, bounds: TimeRange): TimeRange {
  const most = bounds.stop - bounds.start;
  const extent = Math.min(most, Math.max(Math.min(LEAST_LINES, most), Math.abs(stop - start)));
  if (!Number.isFinite(start) || !Number.isFinite(stop) || extent === most) {
    return bounds;
  }
  const middle = (start + stop) / 2;
  const first = Math.min(bounds.stop - extent, Math.max(bounds.start, middle - extent / 2));
  return { start: first, stop: first + extent };
}

/**
 * Zooms about a line, which stays where it is on the screen.
 *
 * @param factor by how much the extent grows; below 1 zooms in
 */
export function zoomRange(range: TimeRange, factor: number, about: number, bounds: TimeRange): TimeRange {
  const extent = range.stop - range.start;
  const most = bounds.stop - bounds.start;
  const applied = Math.min(most / extent, Math.max(Math.min(LEAST_LINES, most) / extent, factor));
  return clampRange(
    { start: about - (about - range.start) * applied, stop: about + (range.stop - about) * applied },
    bounds,
  );
}

/** Moves by a share of the extent, positive to later lines; by an infinite one to the end. */
export function panRange({ start, stop }: TimeRange, share: number, bounds: TimeRange): TimeRange {
  const farthest = bounds.stop - bounds.start;
  const by = Math.max(-farthest, Math.min(farthest, share * (stop - start)));
  return clampRange({ start: start + by, stop: stop + by }, bounds);
}

export function isSameRange(a: TimeRange, b: TimeRange): boolean {
  return a.start === b.start && a.stop === b.stop;
}
