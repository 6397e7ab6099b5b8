// The float64 nearest to a decimal, by arithmetic on its digits where that is sure to round right.

const POWERS: Float64Array = Float64Array.from({ length: 23 }, (_, exponent) => Number(`1e${exponent}`));
/** Splits a float64 into two of half the digits. Source: T. J. Dekker, Numer. Math. 18, 224 (1971). */
const SPLITTER = 2 ** 27 + 1;
const SAFELY = 2 ** -51;

/** 10^22 is the last power of ten that a float64 holds. */
export const MOST_EXPONENT = 22;
/** So many digits make a whole number that a float64 holds. */
export const MOST_HIGH_DIGITS = 15;
export const MOST_LOW_DIGITS = 8;

/**
 * The float64 nearest to (high + low / 10^lowDigits) × 10^exponent, as `Number` rounds, or NaN where it is not sure. `high`
 * has at most 15 digits and `low` at most 8, `exponent` is at most 22 either way.
 *
 * Without `low` a single operation on exact numbers rounds right by itself. With it, the remainder of the quotient is
 * exact (by Dekker's product), what it still lacks is known to within 2^-51 of the remainder and 1, and the sum is taken
 * where both ends of that round to the same number. Source: A. Ziv, ACM Trans. Math. Softw. 17, 410 (1991).
 */
export function exactDecimal(high: number, low: number, lowDigits: number, exponent: number): number {
  const power = POWERS[exponent < 0 ? -exponent : exponent] ?? Number.NaN;
  if (low === 0) {
    return exponent < 0 ? high / power : high * power;
  }
  if (exponent > 0) {
    return Number.NaN;
  }
  const quotient = high / power;
  const product = quotient * power;
  const quotientHigh = upperHalf(quotient);
  const quotientLow = quotient - quotientHigh;
  const powerHigh = upperHalf(power);
  const powerLow = power - powerHigh;
  const middle = quotientHigh * powerHigh - product + quotientHigh * powerLow + quotientLow * powerHigh;
  const lost = middle + quotientLow * powerLow;
  const rest = high - product - lost + low / (POWERS[lowDigits] ?? Number.NaN);
  const unsure = ((Math.abs(rest) + 1) * SAFELY) / power;
  const correction = rest / power;
  const least = quotient + (correction - unsure);
  const most = quotient + (correction + unsure);
  return least === most ? least : Number.NaN;
}

function upperHalf(value: number): number {
  const scaled = value * SPLITTER;
  return scaled - (scaled - value);
}
