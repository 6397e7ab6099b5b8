// A run of windows in memory, as the kernels read them.

import type { FlowPlane, FlowRegion } from "../plane/plane.ts";
import { STEPS_PER_WINDOW } from "../plane/windows.ts";
import type { Arena } from "./kernel/arena.ts";
import { LANES } from "./kernel/kernel.ts";
import type { WindowSize } from "./operator.ts";

const MOST_WINDOWS = 128;
const MOST_BYTES = 16 * 1024 * 1024;

/** The lines from which windows are cut. */
export interface WindowSource {
  readonly plane: FlowPlane;
  readonly region: FlowRegion;
  /** What is subtracted from each column of the region first, if anything. */
  readonly columnMeans: Float64Array | undefined;
}

/**
 * Windows that follow each other. A window begins a step after the one before, and a step holds a quarter of a window's
 * lines, so each line is stored once: [line of the step][column][step]. The same pixel of the next window lies one
 * number on, and neighbouring windows pass through an operator as neighbouring numbers.
 */
export class WindowBlock {
  readonly windowCount: number;
  readonly pixels: number;
  readonly means: number;
  readonly #arena: Arena;
  readonly #size: WindowSize;
  readonly #stepLines: number;
  readonly #steps: number;
  readonly #stepSums: Float64Array;
  readonly #stepLeast: Float64Array;
  readonly #stepMost: Float64Array;

  constructor(arena: Arena, size: WindowSize) {
    this.#arena = arena;
    this.#size = size;
    this.#stepLines = size.lines / STEPS_PER_WINDOW;
    const bytesPerStep = 8 * this.#stepLines * size.columns;
    const fitting = Math.floor(MOST_BYTES / bytesPerStep) - (STEPS_PER_WINDOW - 1);
    this.windowCount = LANES * Math.max(1, Math.floor(Math.min(MOST_WINDOWS, fitting) / LANES));
    // An odd number of steps spreads the columns over the lines of a cache.
    this.#steps = this.windowCount + STEPS_PER_WINDOW - 1;
    this.pixels = arena.allocate(bytesPerStep * this.#steps);
    this.means = arena.allocate(8 * this.windowCount);
    this.#stepSums = new Float64Array(this.#steps);
    this.#stepLeast = new Float64Array(this.#steps);
    this.#stepMost = new Float64Array(this.#steps);
  }

  /** How far, in bytes, a pixel of a window lies behind its first one. */
  offsetOf(pixel: number): number {
    const line = Math.floor(pixel / this.#size.columns);
    const column = pixel % this.#size.columns;
    const place = (line % this.#stepLines) * this.#size.columns + column;
    return 8 * (place * this.#steps + Math.floor(line / this.#stepLines));
  }

  /** Reads the windows from number `first` on. What lies behind the last line of the region is 0. */
  read(source: WindowSource, first: number): void {
    const { columns } = this.#size;
    const { region, columnMeans } = source;
    const { pixels } = source.plane;
    const stored = this.#arena.float64(this.pixels, this.#stepLines * columns * this.#steps);
    stored.fill(0);
    for (let step = 0; step < this.#steps; step += 1) {
      let sum = 0;
      let least = Number.POSITIVE_INFINITY;
      let most = Number.NEGATIVE_INFINITY;
      const firstLine = region.lineStart + (first + step) * this.#stepLines;
      for (let row = 0; row < this.#stepLines && firstLine + row < region.lineStop; row += 1) {
        const start = (firstLine + row) * source.plane.columns + region.columnStart;
        for (let column = 0; column < columns; column += 1) {
          const value = (pixels[start + column] ?? 0) - (columnMeans?.[column] ?? 0);
          stored[(row * columns + column) * this.#steps + step] = value;
          sum += value;
          least = Math.min(value, least);
          most = Math.max(value, most);
        }
      }
      this.#stepSums[step] = sum;
      this.#stepLeast[step] = least;
      this.#stepMost[step] = most;
    }
    this.#writeMeans();
  }

  /** Whether all pixels of a window are the same. */
  isFlat(window: number): boolean {
    let least = Number.POSITIVE_INFINITY;
    let most = Number.NEGATIVE_INFINITY;
    for (let step = window; step < window + STEPS_PER_WINDOW; step += 1) {
      least = Math.min(least, this.#stepLeast[step] ?? 0);
      most = Math.max(most, this.#stepMost[step] ?? 0);
    }
    return !(least < most);
  }

  #writeMeans(): void {
    const means = this.#arena.float64(this.means, this.windowCount);
    const pixelCount = this.#size.lines * this.#size.columns;
    for (let window = 0; window < this.windowCount; window += 1) {
      let sum = 0;
      for (let step = window; step < window + STEPS_PER_WINDOW; step += 1) {
        sum += this.#stepSums[step] ?? 0;
      }
      means[window] = sum / pixelCount;
    }
  }
}
