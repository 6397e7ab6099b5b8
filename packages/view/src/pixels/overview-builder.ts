// Makes the overviews of an image while its pixels pass by.

import { isSmallIntegers } from "./integer-extremes.ts";
import { IntegerReduction } from "./integer-reduction.ts";
import { LineReduction } from "./line-reduction.ts";
import { type Overview, overviewBins, overviewOf } from "./overview.ts";
import { numbersOf, type PixelArray, type PixelPlane } from "./pixel-plane.ts";

/** Pixels of any type. 64-bit integers become doubles, which is exact enough for 64 levels. */
type Elements = PixelArray | BigInt64Array | BigUint64Array;

/**
 * Makes one overview for each channel of an image. The plane is that of the last two axes, not counting channels (`c`): its first
 * axis is the lines. Any other axis counts at its first element.
 *
 * @example
 * const builder = new OverviewBuilder({ shape: [2, 30_000, 38], axes: ["c", "t", "x"] });
 * builder.add(0, pixels);
 * const [first, second] = builder.overviews().values();
 */
export class OverviewBuilder {
  readonly #shape: readonly number[];
  /** Positions in the shape; -1 for no channels. */
  readonly #axes: { readonly line: number; readonly column: number; readonly channel: number };
  readonly #channels: readonly ChannelReduction[];
  /** Of an image whose last axis is channels: the line that is not complete yet, for each channel. */
  readonly #lines: readonly Float64Array[];

  /** An image without a plane, and one that has no overview, has no channels here. */
  constructor({ shape, axes }: { readonly shape: readonly number[]; readonly axes: readonly string[] }) {
    const channel = axes.indexOf("c");
    const [line = -1, column = -1] = shape
      .map((_, axis) => axis)
      .filter((axis) => axis !== channel)
      .slice(-2);
    const size = { lines: shape[line] ?? 0, columns: column < 0 ? 0 : (shape[column] ?? 0) };
    const bins = overviewBins(size);
    const count = bins === 0 ? 0 : channel < 0 ? 1 : (shape[channel] ?? 0);
    this.#shape = shape;
    this.#axes = { line, column, channel };
    this.#channels = Array.from({ length: count }, () => new ChannelReduction({ ...size, bins }));
    const isInterleaved = channel >= 0 && channel === shape.length - 1;
    this.#lines = isInterleaved ? this.#channels.map(() => new Float64Array(size.columns)) : [];
  }

  /**
   * Adds rows of the image, each as long as its last axis, in their order and of one type. `firstRow` counts them over all other
   * axes.
   */
  add(firstRow: number, elements: Elements): void {
    if (this.#channels.length === 0) {
      return;
    }
    const length = this.#shape.at(-1) ?? 1;
    const count = Math.floor(elements.length / length);
    for (let row = 0; row < count; ) {
      const place = this.#placeOf(firstRow + row);
      // Lines lie one after another unless another axis is between them and their columns.
      const rest = this.#axes.line === this.#shape.length - 2 ? place.lines - place.line : 1;
      const run = Math.min(rest, count - row);
      if (place.isShown) {
        const part = numbersOf(elements.subarray(row * length, (row + run) * length));
        if (this.#lines.length > 0) {
          this.#addInterleaved(place, part);
        } else {
          this.#channels[place.channel]?.add(place.line, { pixels: part, lines: run, columns: length });
        }
      }
      row += run;
    }
  }

  /** The overviews of all channels, which count from 1. */
  overviews(): ReadonlyMap<number, Overview> {
    return new Map(this.#channels.map((reduction, index) => [index + 1, reduction.overview()]));
  }

  /** One pixel of all channels. */
  #addInterleaved(
    { line, column }: { readonly line: number; readonly column: number },
    values: PixelArray,
  ): void {
    for (const [channel, pixels] of this.#lines.entries()) {
      pixels[column] = values[channel] ?? Number.NaN;
      if (column === pixels.length - 1) {
        this.#channels[channel]?.add(line, { pixels, lines: 1, columns: pixels.length });
      }
    }
  }

  #placeOf(row: number): Place {
    const at = new Map<number, number>();
    let rest = row;
    for (let axis = this.#shape.length - 2; axis >= 0; axis--) {
      const length = this.#shape[axis] ?? 1;
      at.set(axis, rest % length);
      rest = Math.floor(rest / length);
    }
    const { line, column, channel } = this.#axes;
    const isShown = [...at].every(([axis, index]) => index === 0 || [line, column, channel].includes(axis));
    return {
      ...{ line: at.get(line) ?? 0, column: at.get(column) ?? 0, channel: at.get(channel) ?? 0 },
      ...{ lines: this.#shape[line] ?? 0, isShown },
    };
  }
}

/** One channel. Integers of 8 and 16 bits, which nearly all images have, take a shorter way to the same overview. */
class ChannelReduction {
  readonly #size: ConstructorParameters<typeof LineReduction>[0];
  #integers: IntegerReduction | undefined;
  #numbers: LineReduction | undefined;

  constructor(size: ConstructorParameters<typeof LineReduction>[0]) {
    this.#size = size;
  }

  add(firstLine: number, plane: PixelPlane): void {
    if (this.#numbers === undefined && isSmallIntegers(plane.pixels)) {
      this.#integers ??= new IntegerReduction(this.#size);
      this.#integers.add(firstLine, plane.pixels);
    } else {
      this.#numbers ??= new LineReduction(this.#size);
      this.#numbers.add(firstLine, plane);
    }
  }

  overview(): Overview {
    return this.#integers?.overview() ?? overviewOf(this.#numbers ?? new LineReduction(this.#size));
  }
}

interface Place {
  readonly line: number;
  readonly column: number;
  readonly channel: number;
  readonly lines: number;
  /** Whether every other axis is at its first element. */
  readonly isShown: boolean;
}
