// The natural logarithm by arithmetic alone, so that all runtimes give the same bits.

const TERMS = 12;
const SQUARE_ROOT_OF_2 = Math.SQRT2;

/**
 * ln of a positive number, to some units in the last place: halved or doubled until it is near 1, then
 * ln m = 2 · artanh((m − 1) ÷ (m + 1)) by its series. NaN for what is not positive and finite.
 */
export function naturalLog(value: number): number {
  if (!(value > 0 && Number.isFinite(value))) {
    return Number.NaN;
  }
  let mantissa = value;
  let exponent = 0;
  for (; mantissa > SQUARE_ROOT_OF_2; exponent += 1) {
    mantissa /= 2;
  }
  for (; mantissa < 1 / SQUARE_ROOT_OF_2; exponent -= 1) {
    mantissa *= 2;
  }
  const z = (mantissa - 1) / (mantissa + 1);
  let sum = 0;
  for (let term = TERMS; term >= 0; term -= 1) {
    sum = sum * z * z + 1 / (2 * term + 1);
  }
  return exponent * Math.LN2 + 2 * z * sum;
}
