// One line of a bilevel image while it is decoded: its pixels, and where its colour changes.

import { damagedFax } from "./fax-bits.ts";

/** A line of `width` pixels. It begins as if a white pixel stood before it. */
export class FaxLine {
  readonly #width: number;
  /** Where the colour changes: to black at even places, to white at odd ones. */
  readonly #changes: Int32Array;
  #count = 0;
  #at = 0;
  #endsBlack = false;

  constructor(width: number) {
    this.#width = width;
    // Behind the last change stand three that are never met, so that a search needs no bounds.
    this.#changes = new Int32Array(width + 3).fill(width);
  }

  /** Pixels so far. */
  get at(): number {
    return this.#at;
  }

  get isWhole(): boolean {
    return this.#at === this.#width;
  }

  /** Begins the line anew. */
  clear(): void {
    this.#count = 0;
    this.#at = 0;
    this.#endsBlack = false;
  }

  /**
   * Adds pixels of one colour. Black ones are set in `row`, whose bits are 0 before.
   * @throws {LegacyIoError} `invalid_file` for more pixels than the line has
   */
  add(pixels: number, isBlack: boolean, row: Uint8Array): void {
    const stop = this.#at + pixels;
    if (pixels < 0 || stop > this.#width) {
      throw damagedFax(`${stop} pixels where a line has ${this.#width}`);
    }
    if (pixels === 0) {
      return;
    }
    if (isBlack !== this.#endsBlack) {
      this.#changes[this.#count++] = this.#at;
      this.#endsBlack = isBlack;
    }
    if (isBlack) {
      setBits(row, this.#at, stop);
    }
    this.#at = stop;
  }

  /** Ends a line that is whole, so that the next one can refer to it. */
  end(): void {
    this.#changes.fill(this.#width, this.#count, this.#count + 3);
  }

  /**
   * The place of the first change behind pixel `at` away from a colour. The search begins at place `from`, which should be that of
   * the search before.
   */
  placeOfChange(at: number, isBlack: boolean, from: number): number {
    const changes = this.#changes;
    let place = from;
    while (place > 0 && (changes[place - 1] ?? 0) > at) {
      place--;
    }
    while ((changes[place] ?? this.#width) <= at) {
      place++;
    }
    return (place & 1) === (isBlack ? 1 : 0) ? place : place + 1;
  }

  /** The pixel at which a change stands; the width for one behind the last. */
  changeAt(place: number): number {
    return this.#changes[place] ?? this.#width;
  }
}

function setBits(row: Uint8Array, from: number, to: number): void {
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
