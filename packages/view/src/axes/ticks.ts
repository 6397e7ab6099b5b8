// The ticks of an axis, and how they are labelled.

import { decimalsOf, nextRoundStep } from "./round-step.ts";

export interface Tick {
  readonly value: number;
  /** The value with as many digits as its neighbours need, and the minus sign U+2212. */
  readonly label: string;
}

export interface TickOptions {
  /** Default 6. */
  readonly atMost?: number | undefined;
  /** Only whole numbers, for lines and pixels. */
  readonly whole?: boolean | undefined;
}

/**
 * The multiples of a round number (1, 2 or 5 times a power of ten) from `from` to `to`, both included. None if the range is
 * empty or not finite.
 */
export function ticksBetween(from: number, to: number, options: TickOptions = {}): readonly Tick[] {
  const { atMost = 6, whole = false } = options;
  const extent = to - from;
  if (!(extent > 0) || !Number.isFinite(extent) || atMost < 1) {
    return [];
  }
  const step = Math.max(nextRoundStep(extent / atMost), whole ? 1 : 0);
  const [first, last] = [Math.ceil(from / step - SLACK), Math.floor(to / step + SLACK)];
  const decimals = decimalsOf(step);
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => {
    const label = ((first + index) * step).toFixed(decimals);
    return {
      value: Number(label),
      label: isZero(label) ? label.replace("-", "") : label.replace("-", MINUS),
    };
  });
}

/** A tick at the very end of a range is one although rounding puts it beyond. */
const SLACK = 1e-9;
const MINUS = "\u2212";

function isZero(label: string): boolean {
  return Number(label) === 0;
}
