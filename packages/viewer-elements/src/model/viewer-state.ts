// What an image and its traces show together: the kymograph, the stretch of time, the crosshair and the ROI that is chosen.

import type { Kymograph, KymographResults, KymographStretch } from "./kymograph.ts";
import { clampRange, isSameRange, type TimeRange, wholeRange } from "./time-range.ts";

/** Where the crosshair is. `column` is undefined while the pointer is over a trace. */
export interface Crosshair {
  readonly line: number;
  readonly column: number | undefined;
}

/** What changed. */
export type ViewerChange = "kymograph" | "results" | "pixels" | "range" | "crosshair" | "selection";

/** As many pixels of native lines are kept. */
const MOST_PIXELS = 2 ** 24;

/** The state that `<kym-image>` has, and each `<kym-trace for>` shares. */
export class ViewerState {
  readonly #listeners = new Set<(change: ViewerChange) => void>();
  #kymograph: Kymograph | undefined;
  #range: TimeRange = wholeRange(1);
  #crosshair: Crosshair | undefined;
  #roiId: number | undefined;
  #resultsProblem: string | undefined;

  get kymograph(): Kymograph | undefined {
    return this.#kymograph;
  }

  /** What can be shown: all lines, or those of the stretches if nothing else is there. */
  get bounds(): TimeRange {
    return this.#kymograph === undefined ? wholeRange(1) : boundsOf(this.#kymograph);
  }

  /** What is shown, in lines. */
  get range(): TimeRange {
    return this.#range;
  }

  get crosshair(): Crosshair | undefined {
    return this.#crosshair;
  }

  /** Why what was measured is missing; undefined if it is there or on its way. */
  get resultsProblem(): string | undefined {
    return this.#resultsProblem;
  }

  /** The ROI that was chosen. */
  get roiId(): number | undefined {
    return this.#roiId;
  }

  /** Tells every change until the function that is returned is called. */
  listen(listener: (change: ViewerChange) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Shows another kymograph, whole; undefined for none. */
  show(kymograph: Kymograph | undefined): void {
    this.#kymograph = kymograph;
    this.#range = this.bounds;
    this.#crosshair = undefined;
    this.#roiId = undefined;
    this.#resultsProblem = undefined;
    this.#tell("kymograph");
  }

  /** Adds what was measured to the kymograph that is shown. Range and crosshair stay. */
  addResults(results: KymographResults): void {
    if (this.#kymograph !== undefined) {
      this.#kymograph = { ...this.#kymograph, ...results, loadResults: undefined };
      this.#tell("results");
    }
  }

  /** Says why what was measured cannot be loaded. */
  failResults(problem: string): void {
    this.#resultsProblem = problem;
    this.#tell("results");
  }

  /** Adds native lines that were loaded. The oldest go when there are too many. */
  addStretch(stretch: KymographStretch): void {
    if (this.#kymograph !== undefined) {
      const stretches = [...this.#kymograph.stretches, stretch];
      while (stretches.length > 1 && pixelsOf(stretches) > MOST_PIXELS) {
        stretches.shift();
      }
      this.#kymograph = { ...this.#kymograph, stretches };
      this.#tell("pixels");
    }
  }

  setRange(range: TimeRange): void {
    const clamped = clampRange(range, this.bounds);
    if (!isSameRange(clamped, this.#range)) {
      this.#range = clamped;
      this.#tell("range");
    }
  }

  setCrosshair(crosshair: Crosshair | undefined): void {
    const { line, column } = this.#crosshair ?? {};
    if (line !== crosshair?.line || column !== crosshair?.column) {
      this.#crosshair = crosshair;
      this.#tell("crosshair");
    }
  }

  select(roiId: number | undefined): void {
    if (roiId !== this.#roiId) {
      this.#roiId = roiId;
      this.#tell("selection");
    }
  }

  #tell(change: ViewerChange): void {
    for (const listener of this.#listeners) {
      listener(change);
    }
  }
}

function pixelsOf(stretches: readonly KymographStretch[]): number {
  return stretches.reduce((sum, { plane }) => sum + plane.pixels.length, 0);
}

function boundsOf({ size, overview, stretches, loadLines }: Kymograph): TimeRange {
  return overview !== undefined || loadLines !== undefined || stretches.length === 0
    ? wholeRange(size.lines)
    : {
        start: Math.min(...stretches.map(({ firstLine }) => firstLine)),
        stop: Math.max(...stretches.map(({ firstLine, plane }) => firstLine + plane.lines)),
      };
}
