// A velocity trace: one number a window, with how good it is.

/** Velocities of overlapping windows. All arrays have one number a window; NaN is what cannot be known. */
export interface VelocityTrace {
  /** Name and version of what computed it. */
  readonly algorithm: string;
  readonly windowLines: number;
  /** Lines from one window to the next. */
  readonly stepLines: number;
  readonly windowCount: number;
  /** The middle of each window, in lines from the first line of the plane. */
  readonly centreLine: Float64Array;
  /** The middle of each window, in seconds from the first line of the plane; null without `secondsPerLine`. */
  readonly timeS: Float64Array | null;
  /** Pixels that the pattern moves a line, positive toward larger columns. */
  readonly pxPerLine: Float64Array;
  /** mm/s, positive toward larger columns; null without `secondsPerLine` and `umPerPixel`. */
  readonly velocityMmPerS: Float64Array | null;
}
