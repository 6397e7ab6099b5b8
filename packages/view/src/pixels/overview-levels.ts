// The levels of an overview: 64 steps between the values that are darkest and brightest.

/** Levels are steps of this many, so that each is one character where an overview is stored. */
export const STEPS = 63;

/** The pixel values of level 0 and level 255. */
export interface LevelRange {
  readonly low: number;
  readonly high: number;
}

/** The level of each of the 64 steps. */
export function levelOfStep(step: number): number {
  return Math.round((step / STEPS) * 255);
}

/** The step of a level: `levelOfStep` of it is the level. */
export function stepOfLevel(level: number): number {
  return Math.round((level / 255) * STEPS);
}

/** Of the least and the greatest value that count; undefined where no value counts. */
export function rangeOf(low: number | undefined, high: number | undefined): LevelRange {
  const [one = high ?? 0, other = low ?? 0] = [low, high];
  // The few that were left out can be all that differ.
  // A sum with 0 is never -0, which JSON would store as 0.
  return one <= other ? { low: one + 0, high: other + 0 } : { low: other + 0, high: one + 0 };
}

/** Gives the level of a value that is not NaN. */
export function levelsBetween({ low, high }: LevelRange): (value: number) => number {
  // The difference of numbers near the largest of all overflows.
  const scale = Number.isFinite(high - low) ? 1 : 0.5;
  const [first, factor] = [scale * low, STEPS / (scale * high - scale * low)];
  return (value) =>
    value <= low
      ? 0
      : value >= high
        ? 255
        : (LEVELS[Math.floor((scale * value - first) * factor + 0.5)] ?? 255);
}

const LEVELS: Uint8Array = Uint8Array.from({ length: STEPS + 1 }, (_, step) => levelOfStep(step));
