// What scores windows: the population variance of their projections at one angle.

import type { ArenaMemory } from "./arena.ts";

/** Windows that pass through an operator at once. */
export const LANES = 8;

/** An operator in memory. All addresses are in bytes. */
export interface StoredOperator {
  /** Every bin, those without a pixel included. */
  readonly binCount: number;
  readonly rowCount: number;
  /** uint32, one more than rows: where each row ends among the weights, the first one 0. */
  readonly rowStarts: number;
  /** float64. */
  readonly rowSums: number;
  /** float64. */
  readonly weights: number;
  /** uint32: how far, in bytes, the pixel of each weight lies behind the first one of its window. */
  readonly offsets: number;
}

/** Windows in memory, one a lane: neighbours in time lie beside each other. */
export interface StoredWindows {
  /** float64: the pixels of the first window; those of the next one lie 8 bytes on. */
  readonly pixels: number;
  /** float64: the mean of each window. */
  readonly means: number;
  /** float64: where the score of each window goes. */
  readonly scores: number;
  /** Groups of `LANES` windows. */
  readonly groupCount: number;
}

/** Both kernels add and multiply in the same order, so that they give the same bits. */
export interface Kernel {
  readonly memory: ArenaMemory;
  score(operator: StoredOperator, windows: StoredWindows): void;
}
