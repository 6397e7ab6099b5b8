// What measured speeds are worth beside the true one.

/** Errors of windows of one true speed. */
export interface ErrorSummary {
  readonly windowCount: number;
  /** The median minus the truth, in pixels a line. */
  readonly bias: number;
  /** Half of what the middle 68 % span, in pixels a line: the SD of a normal distribution. */
  readonly spread: number;
  /** The share that is further from the truth than a fifth of it, or 0.1 pixels a line, or has no number. */
  readonly wrong: number;
  /** The share that is exactly 0. */
  readonly zero: number;
}

const LOW = 0.16;
const HIGH = 0.84;

export function isWrong(found: number, truth: number): boolean {
  return !(Math.abs(found - truth) <= Math.max(0.2 * Math.abs(truth), 0.1));
}

export function errorSummary(found: Float64Array, truth: number): ErrorSummary {
  const sorted = found.filter((value) => Number.isFinite(value)).sort();
  const at = (share: number): number => sorted[Math.round(share * (sorted.length - 1))] ?? Number.NaN;
  return {
    windowCount: found.length,
    bias: at(0.5) - truth,
    spread: (at(HIGH) - at(LOW)) / 2,
    wrong: found.filter((value) => isWrong(value, truth)).length / found.length,
    zero: found.filter((value) => value === 0).length / found.length,
  };
}
