// The spectra of lines, and the correlation of windows of them.

import type { FlowPlane, FlowRegion } from "../plane/plane.ts";
import { FastFourier } from "./fast-fourier.ts";

/** Spectra of lines that follow each other, kept while windows still ask for them. */
export class LineSpectra {
  readonly #plane: FlowPlane;
  readonly #region: FlowRegion;
  readonly #means: Float64Array;
  readonly #fourier: FastFourier;
  /** As many lines as a window has, in turn. */
  readonly #re: readonly Float64Array[];
  readonly #im: readonly Float64Array[];
  readonly #energies: Float64Array;
  #next: number;

  /** @param means what is subtracted from each column */
  constructor(plane: FlowPlane, region: FlowRegion, means: Float64Array, windowLines: number) {
    this.#plane = plane;
    this.#region = region;
    this.#means = means;
    let size = 2;
    while (size < 2 * means.length) {
      size *= 2;
    }
    this.#fourier = new FastFourier(size);
    const row = (): Float64Array => new Float64Array(size);
    this.#re = Array.from({ length: windowLines }, row);
    this.#im = Array.from({ length: windowLines }, row);
    this.#energies = new Float64Array(windowLines);
    this.#next = region.lineStart;
  }

  /**
   * The correlation of each line of a window with the one `shift` lines later, summed, at lags from −`most` to `most`
   * columns: divided by the number of columns that overlap, and by the energy of the lines. 1 is the most.
   */
  correlation(first: number, windowLines: number, shift: number, most: number): Float64Array {
    this.#readTo(first + windowLines);
    const { size } = this.#fourier;
    const re = new Float64Array(size);
    const im = new Float64Array(size);
    let [energyBefore, energyAfter] = [0, 0];
    for (let line = first; line + shift < first + windowLines; line += 1) {
      const before = this.#slot(line);
      const after = this.#slot(line + shift);
      energyBefore += this.#energies[before] ?? 0;
      energyAfter += this.#energies[after] ?? 0;
      addProduct(re, im, this.#re[before], this.#im[before], this.#re[after], this.#im[after]);
    }
    this.#fourier.inverse({ re, im });
    const columns = this.#means.length;
    const energy = Math.sqrt(energyBefore * energyAfter) / columns;
    return Float64Array.from({ length: 2 * most + 1 }, (_, place) => {
      const lag = place - most;
      return (re[(lag + size) % size] ?? 0) / (columns - Math.abs(lag)) / energy;
    });
  }

  #slot(line: number): number {
    return line % this.#re.length;
  }

  #readTo(stop: number): void {
    for (; this.#next < stop; this.#next += 1) {
      const slot = this.#slot(this.#next);
      const re = this.#re[slot]?.fill(0);
      const im = this.#im[slot]?.fill(0);
      if (re === undefined || im === undefined) {
        return;
      }
      const start = this.#next * this.#plane.columns + this.#region.columnStart;
      let energy = 0;
      for (let column = 0; column < this.#means.length; column += 1) {
        const value = (this.#plane.pixels[start + column] ?? 0) - (this.#means[column] ?? 0);
        re[column] = value;
        energy += value * value;
      }
      this.#energies[slot] = energy;
      this.#fourier.forward({ re, im });
    }
  }
}

/** Adds the conjugate of the first times the second. */
function addProduct(
  re: Float64Array,
  im: Float64Array,
  beforeRe: Float64Array = re,
  beforeIm: Float64Array = im,
  afterRe: Float64Array = re,
  afterIm: Float64Array = im,
): void {
  for (let index = 0; index < re.length; index += 1) {
    const [a, b] = [beforeRe[index] ?? 0, beforeIm[index] ?? 0];
    const [c, d] = [afterRe[index] ?? 0, afterIm[index] ?? 0];
    re[index] = (re[index] ?? 0) + a * c + b * d;
    im[index] = (im[index] ?? 0) + a * d - b * c;
  }
}
