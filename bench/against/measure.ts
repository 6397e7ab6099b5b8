/** One thing that a benchmark measures of a build, in the build's own process. */
export type Measure = TimedMeasure | CountedMeasure;

export interface TimedMeasure {
  readonly name: string;
  /** Comes before each run and is not timed. */
  readonly prepare?: () => Promise<unknown>;
  /** What is timed. */
  readonly run: () => Promise<unknown>;
}

export interface CountedMeasure {
  readonly name: string;
  /** Bytes of memory, which the measure itself finds out. */
  readonly countBytes: () => Promise<number>;
}

/** Where a measure finds its build, and the files that it works on. */
export interface MeasurePlace {
  /** Of the tree whose build is measured. */
  readonly root: string;
  /** Files that every build reads, the same for all. */
  readonly inputs: string;
  /** This side's own, for what its build makes. It outlives the process: what is there already need not be made again. */
  readonly folder: string;
  /** How many images or megabytes; each benchmark says what it counts. */
  readonly size: number;
  /** What must be closed at the end. */
  readonly stack: AsyncDisposableStack;
}

/** A benchmark of builds. It takes nothing of ours but through `loadBuild`. */
export type Measures = (place: MeasurePlace) => Promise<readonly Measure[]>;
