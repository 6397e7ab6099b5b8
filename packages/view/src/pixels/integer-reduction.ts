// The overview of pixels of 8 and 16 bits, as each ingest makes it: the same as from doubles, in less time and memory.

import { forEachBin, NO_GREATEST, NO_LEAST, type SmallIntegers, takeExtremes } from "./integer-extremes.ts";
import type { Overview } from "./overview.ts";
import { type LevelRange, levelsBetween, rangeOf } from "./overview-levels.ts";

/** More levels than these are computed for each place, which takes no longer than to make the table. */
const MOST_LOOKED_UP = 16_384;

/** What `LineReduction` does, for integers of 8 and 16 bits alone. */
export class IntegerReduction {
  readonly lines: number;
  readonly columns: number;
  readonly bins: number;
  readonly #least: Int32Array;
  readonly #greatest: Int32Array;

  /** `bins` is at most the number of lines. */
  constructor({ lines, columns, bins }: Record<"lines" | "columns" | "bins", number>) {
    this.lines = lines;
    this.columns = columns;
    this.bins = bins;
    this.#least = new Int32Array(bins * columns).fill(NO_LEAST);
    this.#greatest = new Int32Array(bins * columns).fill(NO_GREATEST);
  }

  /** Adds lines as wide as the kymograph, the first of which is its line `firstLine`. */
  add(firstLine: number, pixels: SmallIntegers): void {
    const { columns } = this;
    const [least, greatest] = [this.#least, this.#greatest];
    forEachBin(this, { firstLine, lines: pixels.length / columns, columns }, (bin, rows) =>
      takeExtremes(pixels, rows, { least, greatest, cell: bin * columns, count: columns }),
    );
  }

  /** The overview of what was added. */
  overview(): Overview {
    const { lines, columns, bins } = this;
    const [least, greatest] = [this.#least, this.#greatest];
    const leftOut = Math.floor((bins * columns) / 1000);
    const low = greatestButFew(least, -1, { leftOut, none: NO_LEAST });
    const high = greatestButFew(greatest, 1, { leftOut, none: NO_GREATEST });
    const range = rangeOf(low === undefined ? undefined : 0 - low, high);
    const minimum = new Uint8Array(least.length).fill(255);
    const maximum = new Uint8Array(least.length);
    const known = levelTable(range);
    const levelOf = levelsBetween(range);
    for (let cell = 0; cell < least.length; cell++) {
      const one = least[cell] ?? 0;
      const other = greatest[cell] ?? 0;
      if (one <= other) {
        minimum[cell] = one <= range.low ? 0 : (known[one - range.low] ?? levelOf(one));
        maximum[cell] = other <= range.low ? 0 : (known[other - range.low] ?? levelOf(other));
      }
    }
    return { lines, columns, bins, ...range, minimum, maximum };
  }
}

/** The greatest value times `sign`, once so many greater ones are left out. */
function greatestButFew(
  values: Int32Array,
  sign: 1 | -1,
  { leftOut, none }: { readonly leftOut: number; readonly none: number },
): number | undefined {
  // Ascending: the greatest so far, one more than are left out.
  const greatest = new Int32Array(leftOut + 1).fill(-(2 ** 31));
  let count = 0;
  let least = greatest[0] ?? 0;
  for (let cell = 0; cell < values.length; cell++) {
    const value = Math.imul(sign, values[cell] ?? 0);
    if (value > least && values[cell] !== none) {
      let place = 1;
      while (place <= leftOut && (greatest[place] ?? 0) < value) {
        greatest[place - 1] = greatest[place] ?? 0;
        place++;
      }
      greatest[place - 1] = value;
      least = greatest[0] ?? 0;
      count++;
    }
  }
  const kept = Math.min(count, leftOut + 1);
  return kept === 0 ? undefined : greatest[leftOut + 1 - kept];
}

/** The levels from `low` to `high`; none if they are too many. */
function levelTable(range: LevelRange): Uint8Array {
  const { low, high } = range;
  const levelOf = levelsBetween(range);
  const levels = new Uint8Array(high - low < MOST_LOOKED_UP ? high - low + 1 : 0);
  for (let at = 0; at < levels.length; at++) {
    levels[at] = levelOf(low + at);
  }
  return levels;
}
