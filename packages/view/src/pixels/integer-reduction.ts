// The overview of pixels of 8 and 16 bits, as each ingest makes it: the same as from doubles, in less time and memory.

import {
  LEAST_ROW_BYTES,
  MOST_ROW_BYTES,
  type SmallIntegerType,
  type WasmExtremes,
  wasmExtremes,
} from "../kernel/wasm-extremes.ts";
import { forEachBin, NO_GREATEST, NO_LEAST, type SmallIntegers, takeExtremes } from "./integer-extremes.ts";
import type { Overview } from "./overview.ts";
import { type LevelRange, levelsBetween, rangeOf } from "./overview-levels.ts";

/** More levels than these are computed for each place, which takes no longer than to make the table. */
const MOST_LOOKED_UP = 16_384;

/** With fewer rows it would take longer to bring them to WebAssembly than to look at them. */
const LEAST_ROWS = 16;

/** What `LineReduction` does, for integers of 8 and 16 bits alone. */
export class IntegerReduction {
  readonly lines: number;
  readonly columns: number;
  readonly bins: number;
  readonly #least: Int32Array;
  readonly #greatest: Int32Array;
  readonly #wasm: WasmExtremes | null;

  /** `bins` is at most the number of lines. `wasm` is the module that does the work; null to do it without. */
  constructor(
    { lines, columns, bins }: Record<"lines" | "columns" | "bins", number>,
    wasm: WasmExtremes | null = wasmExtremes(),
  ) {
    this.lines = lines;
    this.columns = columns;
    this.bins = bins;
    this.#least = new Int32Array(bins * columns).fill(NO_LEAST);
    this.#greatest = new Int32Array(bins * columns).fill(NO_GREATEST);
    this.#wasm = wasm;
  }

  /** Adds lines as wide as the kymograph, the first of which is its line `firstLine`. */
  add(firstLine: number, pixels: SmallIntegers): void {
    const { columns } = this;
    const rowBytes = columns * pixels.BYTES_PER_ELEMENT;
    const isOfSize = rowBytes >= LEAST_ROW_BYTES && rowBytes <= MOST_ROW_BYTES;
    if (this.#wasm !== null && isOfSize && pixels.length >= LEAST_ROWS * columns) {
      const step = Math.floor(this.#wasm.pieceBytes / rowBytes);
      for (let line = 0; line * columns < pixels.length; line += step) {
        this.#addPiece(
          this.#wasm,
          firstLine + line,
          pixels.subarray(line * columns, (line + step) * columns),
        );
      }
      return;
    }
    const [least, greatest] = [this.#least, this.#greatest];
    forEachBin(this, { firstLine, lines: pixels.length / columns, columns }, (bin, rows) =>
      takeExtremes(pixels, rows, { least, greatest, cell: bin * columns, count: columns }),
    );
  }

  #addPiece(wasm: WasmExtremes, firstLine: number, pixels: SmallIntegers): void {
    const { columns } = this;
    const { type, sample } = typeOf(pixels);
    const itemBytes = pixels.BYTES_PER_ELEMENT;
    const lines = pixels.length / columns;
    const rowBytes = columns * itemBytes;
    wasm.bytes.set(new Uint8Array(pixels.buffer, pixels.byteOffset, pixels.byteLength));
    const viewAt = (address: number): SmallIntegers =>
      new sample(wasm.bytes.buffer, address, wasm.pieceBytes / itemBytes + columns);
    const [least, greatest] = [viewAt(wasm.least), viewAt(wasm.greatest)];
    const take = wasm[type];
    let firstCell = -1;
    let count = 0;
    forEachBin(this, { firstLine, lines, columns }, (bin, { start, stop }) => {
      // The first row of the bin, and the rest on top of it.
      const row = pixels.subarray(start, start + columns);
      least.set(row, count);
      greatest.set(row, count);
      firstCell = firstCell < 0 ? bin * columns : firstCell;
      const rows = (stop - start) / columns;
      take(
        start * itemBytes,
        rowBytes,
        rows,
        wasm.least + count * itemBytes,
        wasm.greatest + count * itemBytes,
      );
      count += columns;
    });
    for (let at = 0; at < count; at++) {
      const cell = firstCell + at;
      this.#least[cell] = Math.min(this.#least[cell] ?? 0, least[at] ?? 0);
      this.#greatest[cell] = Math.max(this.#greatest[cell] ?? 0, greatest[at] ?? 0);
    }
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

/** What WebAssembly calls the type, and how views of that type are made. */
function typeOf(pixels: SmallIntegers): {
  readonly type: SmallIntegerType;
  readonly sample: new (buffer: ArrayBuffer, start: number, length: number) => SmallIntegers;
} {
  if (pixels instanceof Uint16Array) {
    return { type: "uint16", sample: Uint16Array };
  }
  if (pixels instanceof Int16Array) {
    return { type: "int16", sample: Int16Array };
  }
  return pixels instanceof Int8Array
    ? { type: "int8", sample: Int8Array }
    : { type: "uint8", sample: Uint8Array };
}
