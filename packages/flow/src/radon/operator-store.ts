// Keeps projections in memory, as many as there is room for.

import type { Arena } from "./kernel/arena.ts";
import type { StoredOperator } from "./kernel/kernel.ts";
import { OperatorMaker, type ProjectionOperator, type WindowSize } from "./operator.ts";

/** What kept operators may take. */
const MOST_KEPT_BYTES = 16 * 1024 * 1024;

/** Gives the operator of each angle. What does not fit is made again each time, in one place. */
export class OperatorStore {
  readonly #arena: Arena;
  readonly #maker: OperatorMaker;
  readonly #offsetOf: (pixel: number) => number;
  readonly #kept: Map<number, StoredOperator> = new Map();
  #keptBytes = 0;
  #place: { readonly address: number; readonly bytes: number } = { address: 0, bytes: 0 };

  /** @param offsetOf how far, in bytes, a pixel lies behind the first one of its window */
  constructor(arena: Arena, size: WindowSize, offsetOf: (pixel: number) => number) {
    this.#arena = arena;
    this.#maker = new OperatorMaker(size);
    this.#offsetOf = offsetOf;
  }

  /** The operator of an angle, in quarters of a degree. It holds until the next one is asked for. */
  operatorAt(quarters: number): StoredOperator {
    const kept = this.#kept.get(quarters);
    if (kept !== undefined) {
      return kept;
    }
    const operator = this.#maker.make(quarters);
    const bytes = bytesOf(operator);
    if (this.#keptBytes + bytes <= MOST_KEPT_BYTES) {
      const stored = this.#write(operator, this.#arena.allocate(bytes));
      this.#kept.set(quarters, stored);
      this.#keptBytes += bytes;
      return stored;
    }
    if (this.#place.bytes < bytes) {
      // The next one is of another size: a tenth more serves nearly all.
      const room = Math.ceil(1.1 * bytes);
      this.#place = { address: this.#arena.allocate(room), bytes: room };
    }
    return this.#write(operator, this.#place.address);
  }

  #write(operator: ProjectionOperator, address: number): StoredOperator {
    const { binCount, rowStarts, weights, pixels, rowSums } = operator;
    const stored = {
      binCount,
      rowCount: rowSums.length,
      weights: address,
      rowSums: address + 8 * weights.length,
      offsets: address + 8 * (weights.length + rowSums.length),
      rowStarts: address + 8 * (weights.length + rowSums.length) + 4 * weights.length,
    };
    this.#arena.float64(stored.weights, weights.length).set(weights);
    this.#arena.float64(stored.rowSums, rowSums.length).set(rowSums);
    this.#arena.uint32(stored.rowStarts, rowStarts.length).set(rowStarts);
    const offsets = this.#arena.uint32(stored.offsets, pixels.length);
    // An iterator would make an object a pixel, some 30 MB in all before they are collected.
    for (let index = 0; index < pixels.length; index += 1) {
      offsets[index] = this.#offsetOf(pixels[index] ?? 0);
    }
    return stored;
  }
}

function bytesOf({ rowStarts, weights, pixels, rowSums }: ProjectionOperator): number {
  return 8 * (weights.length + rowSums.length) + 4 * (pixels.length + rowStarts.length);
}
