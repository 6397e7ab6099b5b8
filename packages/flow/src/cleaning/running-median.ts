// The running median of three: the lab's, whose places a NaN upsets, and ours.

import type { Breathe } from "../breathe.ts";
import { finiteMedian } from "../statistics/rolling-median.ts";

const LOW = 0;
const MID = 1;
const HIGH = 2;
/** So many take about a millisecond. */
const WINDOWS_AT_ONCE = 1024;

/**
 * The lab's running median of three. Three places, low, mid and high, hold the last three values, zeros at first. A new
 * value takes the place of the oldest one and moves by comparisons, all of which are false for NaN; so a NaN stays where
 * it fell, and what is in the middle is then not the median. Equals `scipy.signal.medfilt(x, 3)` of SciPy 1.15 and later.
 */
export async function labRunningMedian(values: Float64Array, breathe: Breathe): Promise<Float64Array> {
  const places = new Places();
  const medians = new Float64Array(values.length);
  for (let index = 0; index <= values.length; index += 1) {
    if (index % WINDOWS_AT_ONCE === 0) {
      await breathe();
    }
    places.put(values[index] ?? 0);
    if (index > 0) {
      medians[index - 1] = places.mid;
    }
  }
  return medians;
}

/** The median of the finite ones among a value and its two neighbours; NaN if none is finite. */
export async function finiteRunningMedian(values: Float64Array, breathe: Breathe): Promise<Float64Array> {
  const medians = new Float64Array(values.length);
  const near = new Float64Array(3);
  for (let index = 0; index < values.length; index += 1) {
    if (index % WINDOWS_AT_ONCE === 0) {
      await breathe();
    }
    medians[index] = finiteMedian(values, index - 1, index + 2, near);
  }
  return medians;
}

/** Three places and the order in which their values came. */
class Places {
  readonly #values: Float64Array = new Float64Array(3);
  /** The places by the age of their values, the oldest first: of the first zeros, SciPy replaces the high one first. */
  readonly #byAge: number[] = [HIGH, LOW, MID];

  get mid(): number {
    return this.#at(MID);
  }

  put(value: number): void {
    const place = this.#byAge.shift() ?? HIGH;
    this.#byAge.push(place);
    const replaced = this.#at(place);
    this.#values[place] = value;
    if (place === MID) {
      this.#swapIf(this.#at(MID) < this.#at(LOW), LOW, MID);
      this.#swapIf(this.#at(HIGH) < this.#at(MID), MID, HIGH);
    } else if (place === HIGH && !(value > replaced)) {
      const moves = value < this.#at(MID);
      this.#swapIf(moves, MID, HIGH);
      this.#swapIf(moves && value < this.#at(LOW), LOW, MID);
    } else if (place === LOW && !(value < replaced)) {
      const moves = value > this.#at(MID);
      this.#swapIf(moves, LOW, MID);
      this.#swapIf(moves && value > this.#at(HIGH), MID, HIGH);
    }
  }

  #at(place: number): number {
    return this.#values[place] ?? 0;
  }

  #swapIf(condition: boolean, one: number, other: number): void {
    if (!condition) {
      return;
    }
    const value = this.#at(one);
    this.#values[one] = this.#at(other);
    this.#values[other] = value;
    for (const [age, place] of this.#byAge.entries()) {
      this.#byAge[age] = place === one ? other : place === other ? one : place;
    }
  }
}
