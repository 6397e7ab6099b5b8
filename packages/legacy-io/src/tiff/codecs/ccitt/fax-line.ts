// One line of a bilevel image while it is decoded: its pixels, and where its colour changes.

import { damagedFax } from "./fax-bits.ts";

/** Runs beyond one a pixel that a line may have: some writers begin lines with runs of no pixels. */
const EMPTY_RUNS = 64;
/** Behind the last change stand as many that are never met, so that a search needs no bounds. */
const SENTINELS = 3;

/** A line of `width` pixels, which are white and black in turn. The first run is white, and may be empty. */
export class FaxLine {
  readonly #width: number;
  /** Where each run ends: white ones at even places, black ones at odd ones. */
  readonly #ends: Int32Array;
  readonly #mostRuns: number;
  #count = 0;
  #at = 0;

  constructor(width: number) {
    this.#width = width;
    this.#mostRuns = width + EMPTY_RUNS;
    this.#ends = new Int32Array(this.#mostRuns + SENTINELS).fill(width);
  }

  /** Pixels so far. */
  get at(): number {
    return this.#at;
  }

  /** True if the next pixel is black, which is so after an odd number of runs. */
  get isBlack(): boolean {
    return (this.#count & 1) === 1;
  }

  /** True if no run has ended. */
  get isFresh(): boolean {
    return this.#count === 0;
  }

  get isWhole(): boolean {
    return this.#at === this.#width;
  }

  /** Begins the line anew. */
  clear(): void {
    this.#count = 0;
    this.#at = 0;
  }

  /**
   * Goes on with the run up to pixel `stop`. Black pixels are set in `row`, whose bits are 0 before.
   * @throws {LegacyIoError} `invalid_file` for a place before the last or behind the line
   */
  goOn(stop: number, row: Uint8Array): void {
    if (stop < this.#at || stop > this.#width) {
      throw damagedFax(`a run from pixel ${this.#at} to ${stop} in a line of ${this.#width}`);
    }
    if (this.isBlack) {
      setBits(row, this.#at, stop);
    }
    this.#at = stop;
  }

  /**
   * Ends the run at pixel `stop`: the next pixel has the other colour.
   * @throws {LegacyIoError} `invalid_file` like `goOn`, and for too many runs of no pixels
   */
  endRun(stop: number, row: Uint8Array): void {
    this.goOn(stop, row);
    if (this.#count === this.#mostRuns) {
      throw damagedFax(`more than ${this.#mostRuns} runs in a line of ${this.#width} pixels`);
    }
    this.#ends[this.#count++] = stop;
  }

  /** Closes a line that is whole, so that the next one can refer to it. */
  close(): void {
    this.#ends.fill(this.#width, this.#count, this.#count + SENTINELS);
  }

  /**
   * The place of the first run of a colour that ends behind pixel `at`. The search begins at place `from`, which should be that of
   * the search before.
   */
  placeBehind(at: number, isBlack: boolean, from: number): number {
    const ends = this.#ends;
    let place = from;
    while (place > 0 && (ends[place - 1] ?? 0) > at) {
      place--;
    }
    while ((ends[place] ?? this.#width) <= at) {
      place++;
    }
    return (place & 1) === (isBlack ? 1 : 0) ? place : place + 1;
  }

  /** The pixel at which the run of a place ends; the width for one behind the last. */
  endOf(place: number): number {
    return this.#ends[place] ?? this.#width;
  }
}

function setBits(row: Uint8Array, from: number, to: number): void {
  if (from === to) {
    return;
  }
  const first = from >>> 3;
  const last = (to - 1) >>> 3;
  const head = 0xff >>> (from & 7);
  const tail = 0xff << (7 - ((to - 1) & 7));
  if (first === last) {
    row[first] = (row[first] ?? 0) | (head & tail);
    return;
  }
  row[first] = (row[first] ?? 0) | head;
  row.fill(0xff, first + 1, last);
  row[last] = (row[last] ?? 0) | tail;
}
