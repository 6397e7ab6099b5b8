// Reduces a kymograph along time to the minimum and maximum of each bin: a mean would hide the streaks.

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
    const end = Math.min(firstLine + lines, this.lines);
    let line = firstLine;
    while (line < end) {
      const bin = this.binOf(line);
      const stop = Math.min(end, Math.floor(((bin + 1) * this.lines) / this.bins));
      const rows = { start: (line - firstLine) * columns, stop: (stop - firstLine) * columns, columns };
      if (isSmallInteger(pixels)) {
        this.#addSmallIntegers(bin * this.columns, pixels, rows);
      } else {
        this.#addNumbers(bin * this.columns, pixels, rows);
      }
      line = stop;
    }
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

  /**
   * The same for 8 and 16 bits, as each image passes through here at ingest. Noise defeats the prediction of branches, so it works
   * without: the difference of two such integers, shifted by 31, is all ones where it is negative. Two columns at a time.
   */
  #addSmallIntegers(cell: number, pixels: PixelArray, { start, stop, columns }: Rows): void {
    const count = Math.min(columns, this.columns);
    for (let column = 0; column < count; column += 2) {
      const next = column + 1 < count ? 1 : 0;
      let least = (pixels[start + column] ?? 0) | 0;
      let greatest = least;
      let nextLeast = (pixels[start + column + next] ?? 0) | 0;
      let nextGreatest = nextLeast;
      for (let at = start + column + columns; at < stop; at += columns) {
        const value = (pixels[at] ?? 0) | 0;
        const nextValue = (pixels[at + next] ?? 0) | 0;
        const below = value - least;
        const above = greatest - value;
        const nextBelow = nextValue - nextLeast;
        const nextAbove = nextGreatest - nextValue;
        least += below & (below >> 31);
        greatest -= above & (above >> 31);
        nextLeast += nextBelow & (nextBelow >> 31);
        nextGreatest -= nextAbove & (nextAbove >> 31);
      }
      this.#keep(cell + column, least, greatest);
      this.#keep(cell + column + next, nextLeast, nextGreatest);
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

/** Places of pixels: whole lines from `start` up to `stop`. */
interface Rows {
  readonly start: number;
  readonly stop: number;
  readonly columns: number;
}

function isSmallInteger(pixels: PixelArray): boolean {
  return (
    pixels.BYTES_PER_ELEMENT <= 2 &&
    (pixels instanceof Uint16Array ||
      pixels instanceof Uint8Array ||
      pixels instanceof Int16Array ||
      pixels instanceof Int8Array ||
      pixels instanceof Uint8ClampedArray)
  );
}
