// An axis of a picture: which positions of the image lie where on the screen.

/**
 * A straight axis. Positions of the image are edges, not centres: pixel `i` covers `i ≤ p < i + 1`, and its centre is
 * `i + 0.5`, as in `@kym/roi`.
 */
export interface Axis {
  /** The position of the image, in lines or columns, that lies at `start`. */
  readonly from: number;
  /** The position that lies at `stop`; not `from`. */
  readonly to: number;
  /** Where the axis begins on the screen, in whatever unit the picture has. */
  readonly start: number;
  /** Where it ends. Below `start` for an axis that runs to the left, or up. */
  readonly stop: number;
}

/** Where a position of the image lies on the screen. */
export function toScreen({ from, to, start, stop }: Axis, position: number): number {
  return start + ((position - from) / (to - from)) * (stop - start);
}

/** Which position of the image lies at a place of the screen. */
export function fromScreen({ from, to, start, stop }: Axis, place: number): number {
  return from + ((place - start) / (stop - start)) * (to - from);
}

/** How much of the screen one line or column takes; at least 0. */
export function screenPerPixel({ from, to, start, stop }: Axis): number {
  return Math.abs((stop - start) / (to - from));
}
