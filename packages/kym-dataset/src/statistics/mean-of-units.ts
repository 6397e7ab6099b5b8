// Median of values, and mean ± SEM over the animals or days that they are of.

/** A value, and the animal, day or other unit that it is of. */
export interface UnitValue {
  readonly value: number;
  readonly unit: string;
}

/** Mean ± SEM over units. */
export interface MeanOfUnits {
  readonly nUnits: number;
  /** The mean of the units' means, so that each unit counts once, however many values it has; null without values. */
  readonly mean: number | null;
  /** The standard deviation of the units' means, of the sample (n - 1), over the root of their number; null for fewer than two. */
  readonly sem: number | null;
}

/**
 * Mean ± SEM over units, of finite values.
 *
 * @example
 * const values = [{ value: 1, unit: "A89" }, { value: 3, unit: "A89" }, { value: 4, unit: "A90" }];
 * console.log(meanOfUnits(values)); // { nUnits: 2, mean: 3, sem: 1 }
 */
export function meanOfUnits(values: readonly UnitValue[]): MeanOfUnits {
  const units = [...Map.groupBy(values, ({ unit }) => unit).values()];
  const means = units.map((of) => meanOf(of.map(({ value }) => value)));
  const nUnits = means.length;
  if (nUnits === 0) {
    return { nUnits, mean: null, sem: null };
  }
  const mean = meanOf(means);
  const squares = means.reduce((sum, one) => sum + (one - mean) ** 2, 0);
  return { nUnits, mean, sem: nUnits < 2 ? null : Math.sqrt(squares / (nUnits - 1) / nUnits) };
}

/** The median of finite values, as numpy's: of an even number, the mean of the middle two. Null without values. */
export function medianOfValues(values: readonly number[]): number | null {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle];
  const lower = sorted[sorted.length % 2 === 1 ? middle : middle - 1];
  return upper === undefined || lower === undefined ? null : (lower + upper) / 2;
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
