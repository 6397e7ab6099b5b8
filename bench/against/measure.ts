// What a benchmark measures of a build, in the build's own process.

/** One thing that a benchmark measures of a build. */
export type Measure = TimedMeasure | CountedMeasure;

export interface TimedMeasure {
  readonly name: string;
  /** Runs before each run, and is not timed. */
  readonly prepare?: () => Promise<unknown>;
  /** The part that is timed. */
  readonly run: () => Promise<unknown>;
}

export interface CountedMeasure {
  readonly name: string;
  /** Returns bytes of memory, which the measure counts itself. */
  readonly countBytes: () => Promise<number>;
}

/** The build of a measure, and its files. */
export interface MeasurePlace {
  /** The root of the tree whose build is measured. */
  readonly root: string;
  /** The folder of the files that all builds read. */
  readonly inputs: string;
  /** The folder for the files of this side. It outlives the process, so files from before can be used again. */
  readonly folder: string;
  /** The number of images or megabytes; each benchmark defines which. */
  readonly size: number;
  /** Everything that must be closed at the end. */
  readonly stack: AsyncDisposableStack;
}

/** The measures of a benchmark. They get functions of this project only through `loadBuild`. */
export type Measures = (place: MeasurePlace) => Promise<readonly Measure[]>;
