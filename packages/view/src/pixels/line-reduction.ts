// Reduces a kymograph along time to the minimum and maximum of each bin: a mean would hide the streaks.

import type { PixelPlane } from "./pixel-plane.ts";

/**
 * Minimum and maximum of each bin and column. Bin `b` of `n` covers the lines from `⌊b · lines / n⌋` up to the first of the next.
 * Lines are added in any order and any number at a time, so that a kymograph of any length is never whole in memory. A pixel
 * that is not a number does not count; a bin and column without one that counts is NaN.
 *
 * @example
 * const reduction = new LineReduction({ lines: 30_000, columns: 38, bins: 700 });
 * reduction.add(0, plane);
 */
export class LineReduction {
  readonly lines: number;
  readonly columns: number;
  readonly bins: number;
  /** `bins × columns`, row-major. Changes as lines are added. */
  readonly minimum: Float64Array;
  readonly maximum: Float64Array;

  /** `bins` is at most the number of lines: more would be empty. */
  constructor(size: { readonly lines: number; readonly columns: number; readonly bins: number }) {
    this.lines = size.lines;
    this.columns = size.columns;
    this.bins = Math.max(1, Math.min(size.bins, size.lines));
    this.minimum = new Float64Array(this.bins * this.columns).fill(Number.NaN);
    this.maximum = new Float64Array(this.bins * this.columns).fill(Number.NaN);
  }

  /** Adds lines, the first of which is line `firstLine` of the kymograph. Lines beyond its end are left out. */
  add(firstLine: number, { pixels, lines, columns }: PixelPlane): void {
    for (let line = 0; line < lines && firstLine + line < this.lines; line++) {
      const row = this.binOf(firstLine + line) * this.columns;
      for (let column = 0; column < Math.min(columns, this.columns); column++) {
        const value = pixels[line * columns + column] ?? Number.NaN;
        if (value <= (this.minimum[row + column] ?? Number.NaN) || Number.isNaN(this.minimum[row + column])) {
          this.minimum[row + column] = value;
        }
        if (value >= (this.maximum[row + column] ?? Number.NaN) || Number.isNaN(this.maximum[row + column])) {
          this.maximum[row + column] = value;
        }
      }
    }
  }

  /** The bin of a line. */
  binOf(line: number): number {
    return Math.floor(((line + 1) * this.bins - 1) / this.lines);
  }

  /**
   * A plane of two lines per bin, first the minimum, then the maximum, so that dark and bright streaks both stay visible.
   * Float64, `2 · bins × columns`.
   */
  plane(): PixelPlane {
    const { bins, columns } = this;
    const pixels = new Float64Array(2 * bins * columns);
    for (let bin = 0; bin < bins; bin++) {
      const range = [bin * columns, (bin + 1) * columns] as const;
      pixels.set(this.minimum.subarray(...range), 2 * bin * columns);
      pixels.set(this.maximum.subarray(...range), (2 * bin + 1) * columns);
    }
    return { pixels, lines: 2 * bins, columns };
  }
}
