// The projection of a window at one angle, as a sparse matrix.

import { cosineOf, sineOf } from "./angles/angle-grid.ts";

/** The size of a window. */
export interface WindowSize {
  readonly lines: number;
  readonly columns: number;
}

/**
 * Rotating a window and summing along rows, as a matrix of bins × pixels: row by row, the weights that are not zero and
 * the number of the pixel of each, line by line. Bins without a pixel in them are left out.
 */
export interface ProjectionOperator {
  /** All bins, those without a pixel included. */
  readonly binCount: number;
  /** Where each row begins among the weights, and where the last one ends. */
  readonly rowStarts: Uint32Array;
  readonly weights: Float64Array;
  readonly pixels: Uint32Array;
  /** The sum of the weights of each row. */
  readonly rowSums: Float64Array;
}

/** The side of the square of zeros that a window is rotated in. */
export function squareSide({ lines, columns }: WindowSize): number {
  return Math.ceil(Math.sqrt(2) * Math.max(lines, columns));
}

/** Makes operators one after another in the same memory: each holds until the next one is made. */
export class OperatorMaker {
  readonly #size: WindowSize;
  readonly #side: number;
  /** Where a pixel stands among the weights, and the bin in which it was last met. */
  readonly #places: Int32Array;
  readonly #metIn: Int32Array;
  readonly #rowStarts: Uint32Array;
  readonly #rowSums: Float64Array;
  #weights: Float64Array;
  #pixels: Uint32Array;
  #used = 0;
  #bin = 0;

  constructor(size: WindowSize) {
    const pixelCount = size.lines * size.columns;
    this.#size = size;
    this.#side = squareSide(size);
    this.#places = new Int32Array(pixelCount);
    this.#metIn = new Int32Array(pixelCount);
    this.#rowStarts = new Uint32Array(this.#side + 1);
    this.#rowSums = new Float64Array(this.#side);
    this.#weights = new Float64Array(3 * pixelCount);
    this.#pixels = new Uint32Array(3 * pixelCount);
  }

  /**
   * The projection at an angle: bilinear, zero outside, on a square of side ceil(√2 · the longer side), in which the old
   * centre floor(side/2) lies on the new one. One bin of it is the sum along (sin θ, cos θ) in (column, line).
   *
   * From Kak & Slaney, Principles of Computerized Tomographic Imaging, 1988, chapter 3; rotation about the centre and its
   * rounding as in `skimage.transform.radon` (scikit-image 0.26).
   */
  make(quarters: number): ProjectionOperator {
    const { lines, columns } = this.#size;
    const centre = Math.floor(this.#side / 2);
    const cosine = cosineOf(quarters);
    const sine = sineOf(quarters);
    const centreLine = Math.floor(lines / 2);
    const centreColumn = Math.floor(columns / 2);
    this.#used = 0;
    this.#metIn.fill(-1);
    let rowCount = 0;
    for (this.#bin = 0; this.#bin < this.#side; this.#bin += 1) {
      const across = this.#bin - centre;
      const line = centreLine - sine * across;
      const column = centreColumn + cosine * across;
      // Only steps that lead near a pixel are taken.
      const inLines = crossing(line, cosine, lines, centre);
      const inColumns = crossing(column, sine, columns, centre);
      const start = Math.max(inLines.start, inColumns.start, -centre);
      const stop = Math.min(inLines.stop, inColumns.stop, this.#side - centre);
      for (let along = start; along < stop; along += 1) {
        this.#add(
          centreLine + (cosine * along - sine * across),
          centreColumn + (sine * along + cosine * across),
        );
      }
      rowCount += this.#endRow(rowCount) ? 1 : 0;
    }
    return {
      binCount: this.#side,
      rowStarts: this.#rowStarts.subarray(0, rowCount + 1),
      weights: this.#weights.subarray(0, this.#used),
      pixels: this.#pixels.subarray(0, this.#used),
      rowSums: this.#rowSums.subarray(0, rowCount),
    };
  }

  /** Adds the value at a place between four pixels. */
  #add(line: number, column: number): void {
    const { lines, columns } = this.#size;
    const line0 = Math.floor(line);
    const column0 = Math.floor(column);
    if (line0 < -1 || line0 >= lines || column0 < -1 || column0 >= columns) {
      return;
    }
    const lower = line - line0;
    const right = column - column0;
    this.#addPixel(line0, column0, (1 - lower) * (1 - right));
    this.#addPixel(line0, column0 + 1, (1 - lower) * right);
    this.#addPixel(line0 + 1, column0, lower * (1 - right));
    this.#addPixel(line0 + 1, column0 + 1, lower * right);
  }

  /** Ends the row of a bin, unless the bin has no pixel. */
  #endRow(rowCount: number): boolean {
    const start = rowCount === 0 ? 0 : (this.#rowStarts[rowCount] ?? 0);
    if (this.#used === start) {
      return false;
    }
    let sum = 0;
    for (let index = start; index < this.#used; index += 1) {
      sum += this.#weights[index] ?? 0;
    }
    this.#rowSums[rowCount] = sum;
    this.#rowStarts[rowCount + 1] = this.#used;
    return true;
  }

  #addPixel(line: number, column: number, weight: number): void {
    const { lines, columns } = this.#size;
    if (weight === 0 || line < 0 || line >= lines || column < 0 || column >= columns) {
      return;
    }
    const pixel = line * columns + column;
    if (this.#metIn[pixel] !== this.#bin) {
      this.#metIn[pixel] = this.#bin;
      this.#places[pixel] = this.#append(pixel);
    }
    const place = this.#places[pixel] ?? 0;
    this.#weights[place] = (this.#weights[place] ?? 0) + weight;
  }

  #append(pixel: number): number {
    if (this.#used === this.#weights.length) {
      const weights = new Float64Array(2 * this.#used);
      const pixels = new Uint32Array(2 * this.#used);
      weights.set(this.#weights);
      pixels.set(this.#pixels);
      this.#weights = weights;
      this.#pixels = pixels;
    }
    this.#weights[this.#used] = 0;
    this.#pixels[this.#used] = pixel;
    this.#used += 1;
    return this.#used - 1;
  }
}

/** The steps along a line through `from` that lead from −1 to `length`, and a step more on either side. */
function crossing(
  from: number,
  slope: number,
  length: number,
  most: number,
): { readonly start: number; readonly stop: number } {
  const one = (-1 - from) / slope;
  const other = (length - from) / slope;
  return slope === 0
    ? { start: -most, stop: most + 1 }
    : { start: Math.floor(Math.min(one, other)) - 1, stop: Math.ceil(Math.max(one, other)) + 2 };
}
