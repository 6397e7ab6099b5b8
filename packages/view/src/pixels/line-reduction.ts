// Reduces a kymograph along time to the minimum and maximum of each bin: a mean would hide the streaks.

import {
  binOfLine,
  forEachBin,
  isSmallIntegers,
  NO_GREATEST,
  NO_LEAST,
  type Rows,
  type SmallIntegers,
  takeExtremes,
} from "./integer-extremes.ts";
import type { PixelArray, PixelPlane } from "./pixel-plane.ts";

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
    const integers = isSmallIntegers(pixels) ? pixels : undefined;
    forEachBin(this, { firstLine, lines, columns }, (bin, rows) => {
      if (integers === undefined) {
        this.#addNumbers(bin * this.columns, pixels, rows);
      } else {
        this.#addSmallIntegers(bin * this.columns, integers, rows);
      }
    });
  }

  #addNumbers(cell: number, pixels: PixelArray, { start, stop, columns }: Rows): void {
    for (let column = 0; column < Math.min(columns, this.columns); column++) {
      let [least, greatest] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
      for (let at = start + column; at < stop; at += columns) {
        // A pixel that is not a number is neither less nor greater.
        const value = pixels[at] ?? Number.NaN;
        if (value < least) {
          least = value;
        }
        if (value > greatest) {
          greatest = value;
        }
      }
      this.#keep(cell + column, least, greatest);
    }
  }

  #addSmallIntegers(cell: number, pixels: SmallIntegers, rows: Rows): void {
    const count = Math.min(rows.columns, this.columns);
    const least = new Int32Array(count).fill(NO_LEAST);
    const greatest = new Int32Array(count).fill(NO_GREATEST);
    takeExtremes(pixels, rows, { least, greatest, cell: 0, count });
    for (let column = 0; column < count; column++) {
      this.#keep(cell + column, least[column] ?? 0, greatest[column] ?? 0);
    }
  }

  #keep(cell: number, least: number, greatest: number): void {
    if (least <= greatest) {
      // Nothing is less than NaN, with which all begin.
      if (!((this.minimum[cell] ?? 0) <= least)) {
        this.minimum[cell] = least;
      }
      if (!((this.maximum[cell] ?? 0) >= greatest)) {
        this.maximum[cell] = greatest;
      }
    }
  }

  /** The bin of a line. */
  binOf(line: number): number {
    return binOfLine(line, this);
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
