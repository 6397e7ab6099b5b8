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

/**
 * The projection at an angle: bilinear, zero outside, on a square of side ceil(√2 · the longer side), in which the old
 * centre floor(side/2) lies on the new one. One bin of it is the sum along (sin θ, cos θ) in (column, line).
 *
 * From Kak & Slaney, Principles of Computerized Tomographic Imaging, 1988, chapter 3; rotation about the centre and its
 * rounding as in `skimage.transform.radon` (scikit-image 0.26).
 */
export function makeOperator(size: WindowSize, quarters: number): ProjectionOperator {
  const side = squareSide(size);
  const centre = Math.floor(side / 2);
  const cosine = cosineOf(quarters);
  const sine = sineOf(quarters);
  const centreLine = Math.floor(size.lines / 2);
  const centreColumn = Math.floor(size.columns / 2);
  const rows = new SparseRows(size);
  for (let bin = 0; bin < side; bin += 1) {
    const across = bin - centre;
    for (let step = 0; step < side; step += 1) {
      const along = step - centre;
      rows.add(
        centreLine + (cosine * along - sine * across),
        centreColumn + (sine * along + cosine * across),
      );
    }
    rows.endRow();
  }
  return rows.toOperator(side);
}

/** Collects the weights of one row after another. */
class SparseRows {
  readonly #size: WindowSize;
  /** Where a pixel stands in the row that is made, and the row in which it was last met. */
  readonly #places: Int32Array;
  readonly #metIn: Int32Array;
  #weights: Float64Array;
  #pixels: Uint32Array;
  #used = 0;
  #row = 1;
  readonly #starts: number[] = [0];

  constructor(size: WindowSize) {
    const pixelCount = size.lines * size.columns;
    this.#size = size;
    this.#places = new Int32Array(pixelCount);
    this.#metIn = new Int32Array(pixelCount);
    this.#weights = new Float64Array(4 * pixelCount);
    this.#pixels = new Uint32Array(4 * pixelCount);
  }

  /** Adds the value at a place between four pixels. */
  add(line: number, column: number): void {
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

  endRow(): void {
    if (this.#used > (this.#starts.at(-1) ?? 0)) {
      this.#starts.push(this.#used);
    }
    this.#row += 1;
  }

  toOperator(binCount: number): ProjectionOperator {
    const weights = this.#weights.slice(0, this.#used);
    const rowStarts = Uint32Array.from(this.#starts);
    const rowSums = Float64Array.from({ length: rowStarts.length - 1 }, (_, row) => {
      let sum = 0;
      for (let index = rowStarts[row] ?? 0; index < (rowStarts[row + 1] ?? 0); index += 1) {
        sum += weights[index] ?? 0;
      }
      return sum;
    });
    return { binCount, rowStarts, weights, pixels: this.#pixels.slice(0, this.#used), rowSums };
  }

  #addPixel(line: number, column: number, weight: number): void {
    const { lines, columns } = this.#size;
    if (weight === 0 || line < 0 || line >= lines || column < 0 || column >= columns) {
      return;
    }
    const pixel = line * columns + column;
    if (this.#metIn[pixel] !== this.#row) {
      this.#metIn[pixel] = this.#row;
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
    this.#pixels[this.#used] = pixel;
    this.#used += 1;
    return this.#used - 1;
  }
}
