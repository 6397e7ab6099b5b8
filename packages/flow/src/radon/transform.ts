// The windowed Radon transform: from a block of windows to the best angle of each.

import type { Breathe } from "../breathe.ts";
import { COARSE_QUARTERS, FINE_OFFSETS } from "./angles/angle-grid.ts";
import { type BestAngle, bestAngle, firstBest } from "./best-angle.ts";
import { Arena } from "./kernel/arena.ts";
import { type Kernel, LANES, type StoredOperator } from "./kernel/kernel.ts";
import type { WindowSize } from "./operator.ts";
import { OperatorStore } from "./operator-store.ts";
import { WindowBlock, type WindowSource } from "./window-block.ts";

const COARSE_STEP = 4;
const COARSE_COUNT = COARSE_QUARTERS.length;
const FINE_COUNT = FINE_OFFSETS.length;
const FIRST_FINE = FINE_OFFSETS[0] ?? 0;
const NO_ANGLE = -1;
const MOST_PIXELS_AT_ONCE = 1 << 20;

/** The transform for one size of window. Operators are made once and serve every block that follows. */
export class RadonTransform {
  readonly #kernel: Kernel;
  readonly #arena: Arena;
  readonly #block: WindowBlock;
  readonly #operators: OperatorStore;
  /** Groups that pass through an operator in some milliseconds. */
  readonly #groupsAtOnce: number;
  /** Addresses of scores: of all windows, [coarse angle][window], and of one group at one fine angle. */
  readonly #coarse: number;
  readonly #oneGroup: number;
  /** The coarse scores of a block, outside of the memory that grows: one array for all blocks. */
  readonly #coarseCopy: Float64Array;

  constructor(kernel: Kernel, size: WindowSize) {
    this.#kernel = kernel;
    this.#arena = new Arena(kernel.memory);
    this.#block = new WindowBlock(this.#arena, size);
    this.#coarse = this.#arena.allocate(8 * COARSE_COUNT * this.#block.windowCount);
    this.#coarseCopy = new Float64Array(COARSE_COUNT * this.#block.windowCount);
    this.#oneGroup = this.#arena.allocate(8 * LANES);
    this.#groupsAtOnce = Math.max(1, Math.floor(MOST_PIXELS_AT_ONCE / (LANES * size.lines * size.columns)));
    this.#operators = new OperatorStore(this.#arena, size, (pixel) => this.#block.offsetOf(pixel));
  }

  /** Windows that `bestAngles` takes at once. */
  get windowCount(): number {
    return this.#block.windowCount;
  }

  /** The best angles of `count` windows from number `first` on. */
  async bestAngles(
    source: WindowSource,
    first: number,
    count: number,
    breathe: Breathe,
  ): Promise<readonly BestAngle[]> {
    this.#block.read(source, first);
    const groupCount = Math.ceil(count / LANES);
    for (const [index, quarters] of COARSE_QUARTERS.entries()) {
      const operator = this.#operators.operatorAt(quarters);
      const made = breathe();
      if (made !== undefined) {
        await made;
      }
      const scores = this.#coarse + 8 * index * this.windowCount;
      for (let group = 0; group < groupCount; group += this.#groupsAtOnce) {
        const groups = Math.min(this.#groupsAtOnce, groupCount - group);
        this.#score(operator, group, groups, scores + 8 * LANES * group);
        const scored = breathe();
        if (scored !== undefined) {
          await scored;
        }
      }
    }
    const best = this.#bestCoarse(count);
    const fine = await this.#fineScores(best, breathe);
    const coarse = new Float64Array(COARSE_COUNT);
    return Array.from(best, (angle, window) => {
      this.#copyCoarse(window, coarse);
      const scores = fine.subarray(window * FINE_COUNT, (window + 1) * FINE_COUNT);
      return bestAngle(coarse, scores, angle * COARSE_STEP + FIRST_FINE);
    });
  }

  #score(operator: StoredOperator, firstGroup: number, groupCount: number, scores: number): void {
    const shift = 8 * LANES * firstGroup;
    this.#kernel.score(operator, {
      pixels: this.#block.pixels + shift,
      means: this.#block.means + shift,
      scores,
      groupCount,
    });
  }

  /** The place of the best coarse angle of each window. */
  #bestCoarse(count: number): Int32Array {
    const scores = new Float64Array(COARSE_COUNT);
    return Int32Array.from({ length: count }, (_, window) => {
      if (this.#block.isFlat(window)) {
        return NO_ANGLE;
      }
      this.#copyCoarse(window, scores);
      return firstBest(scores);
    });
  }

  #copyCoarse(window: number, scores: Float64Array): void {
    const all = this.#arena.float64(this.#coarse, COARSE_COUNT * this.windowCount);
    for (let index = 0; index < COARSE_COUNT; index += 1) {
      scores[index] = all[index * this.windowCount + window] ?? 0;
    }
  }

  /**
   * The scores of the fine angles, [window][angle], 0 for windows without an angle. An angle is scored for a group if
   * one window of the group asks for it: neighbours mostly ask for the same. Coarse angles have their score already.
   */
  async #fineScores(best: Int32Array, breathe: Breathe): Promise<Float64Array> {
    const scores = new Float64Array(FINE_COUNT * best.length);
    const coarse = this.#coarseCopy;
    coarse.set(this.#arena.float64(this.#coarse, coarse.length));
    for (const [quarters, groups] of wantedAngles(best)) {
      const index = quarters / COARSE_STEP;
      const isCoarse = Number.isInteger(index) && index >= 0 && index < COARSE_COUNT;
      const operator = isCoarse ? undefined : this.#operators.operatorAt(quarters);
      for (const [group, windows] of groups) {
        if (operator !== undefined) {
          this.#score(operator, group, 1, this.#oneGroup);
          const scored = breathe();
          if (scored !== undefined) {
            await scored;
          }
        }
        const found = isCoarse
          ? coarse.subarray(index * this.windowCount + LANES * group)
          : this.#arena.float64(this.#oneGroup, LANES);
        for (const window of windows) {
          const angle = quarters - (best[window] ?? 0) * COARSE_STEP - FIRST_FINE;
          scores[window * FINE_COUNT + angle] = found[window - LANES * group] ?? 0;
        }
      }
      const pause = breathe();
      if (pause !== undefined) {
        await pause;
      }
    }
    return scores;
  }
}

/** Which windows ask for each fine angle, by group. */
function wantedAngles(best: Int32Array): ReadonlyMap<number, ReadonlyMap<number, readonly number[]>> {
  const wanted = new Map<number, Map<number, number[]>>();
  for (const [window, angle] of best.entries()) {
    if (angle === NO_ANGLE) {
      continue;
    }
    const group = Math.floor(window / LANES);
    for (const offset of FINE_OFFSETS) {
      const quarters = angle * COARSE_STEP + offset;
      const groups = wanted.get(quarters) ?? new Map<number, number[]>();
      const windows = groups.get(group) ?? [];
      windows.push(window);
      wanted.set(quarters, groups.set(group, windows));
    }
  }
  return wanted;
}
