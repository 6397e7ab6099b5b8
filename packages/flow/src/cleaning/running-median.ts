// The running median of three: the lab's, whose places a NaN upsets, and ours.

const LOW = 0;
const MID = 1;
const HIGH = 2;

/**
 * The lab's running median of three. Three places, low, mid and high, hold the last three values, zeros at first. A new
 * value takes the place of the oldest one and moves by comparisons, all of which are false for NaN; so a NaN stays where
 * it fell, and what is in the middle is then not the median. Equals `scipy.signal.medfilt(x, 3)` of SciPy 1.15 and later.
 */
export function labRunningMedian(values: Float64Array): Float64Array {
  const places = new Places();
  const medians = new Float64Array(values.length);
  for (let index = 0; index <= values.length; index += 1) {
    places.put(values[index] ?? 0);
    if (index > 0) {
      medians[index - 1] = places.mid;
    }
  }
  return medians;
}

/** The median of the finite ones among a value and its two neighbours; NaN if none is finite. */
export function finiteRunningMedian(values: Float64Array): Float64Array {
  return values.map((_, index) => {
    const near = [values[index - 1], values[index], values[index + 1]]
      .filter((value) => value !== undefined)
      .filter((value) => Number.isFinite(value))
      .sort((a, b) => a - b);
    const lower = near[Math.floor((near.length - 1) / 2)] ?? Number.NaN;
    const upper = near[Math.floor(near.length / 2)] ?? Number.NaN;
    return near.length % 2 === 1 ? lower : (lower + upper) / 2;
  });
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
