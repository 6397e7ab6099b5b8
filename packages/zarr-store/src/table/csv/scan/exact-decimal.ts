// Computes the float64 nearest to a decimal number from its digits, without making a string.

const POWERS: Float64Array = Float64Array.from({ length: 23 }, (_, exponent) => Number(`1e${exponent}`));
/** Splits a float64 into two halves of its digits. Source: T. J. Dekker, Numer. Math. 18, 224 (1971). */
const SPLITTER = 2 ** 27 + 1;
const SAFELY = 2 ** -51;

/** 10^22 is the largest power of ten that a float64 holds exactly. */
export const MOST_EXPONENT = 22;
/** A whole number of at most 15 digits is exact as a float64. */
export const MOST_HIGH_DIGITS = 15;
export const MOST_LOW_DIGITS = 8;

/**
 * Returns the float64 nearest to (high + low / 10^lowDigits) × 10^exponent, rounded as `Number` does, or NaN if it is not
 * certain. `high` has at most 15 digits, `low` at most 8, and `exponent` is from −22 to 22.
 *
 * Without `low`, one operation on exact numbers rounds correctly by itself. With `low`, the remainder of the quotient is
 * exact (by Dekker's product). The correction is then known to within 2^-51 × (|remainder| + 1). If both ends of that
 * interval round to the same number, it is the result. Source: A. Ziv, ACM Trans. Math. Softw. 17, 410 (1991).
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
