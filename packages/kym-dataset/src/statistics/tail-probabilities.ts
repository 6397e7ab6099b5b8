// The probabilities beyond a value: of the normal and of the chi-square distribution.

/** Below this, the series of erf has fewer terms than the continued fraction of erfc, and loses no more than two digits. */
const SERIES_BELOW = 2;
/** Enough at 2, where the fraction is slowest; beyond, fewer would do. */
const FRACTION_TERMS = 120;

/**
 * The probability that a standard normal variable is above `z`.
 *
 * @see Abramowitz and Stegun, Handbook of Mathematical Functions, 7.1.6 and 7.1.14
 */
export function normalTail(z: number): number {
  return complementaryError(z / Math.SQRT2) / 2;
}

/**
 * The probability that a chi-square variable of `df` degrees of freedom, a whole number of at least 1, is above `x`.
 *
 * @see Abramowitz and Stegun, Handbook of Mathematical Functions, 26.4.4 and 26.4.5
 */
export function chiSquareTail(x: number, df: number): number {
  if (x <= 0) {
    return 1;
  }
  const half = x / 2;
  const isOdd = df % 2 === 1;
  // Each term by its logarithm: the first underflows where their sum does not.
  let logTerm = isOdd ? Math.log(half) / 2 - half - Math.log(Math.sqrt(Math.PI) / 2) : -half;
  let sum = isOdd ? complementaryError(Math.sqrt(half)) : 0;
  for (let index = isOdd ? 1.5 : 1; index <= df / 2; index += 1) {
    sum += Math.exp(logTerm);
    logTerm += Math.log(half / index);
  }
  return Math.min(1, sum);
}

/** `1 - erf(x)`, with a relative error of about 1e-13. */
function complementaryError(x: number): number {
  if (x < 0) {
    return 2 - complementaryError(-x);
  }
  return x < SERIES_BELOW ? 1 - errorBySeries(x) : complementByFraction(x);
}

function errorBySeries(x: number): number {
  let term = x;
  let sum = x;
  for (let odd = 3; term > sum * Number.EPSILON; odd += 2) {
    term *= (2 * x * x) / odd;
    sum += term;
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
}

function complementByFraction(x: number): number {
  let below = x;
  for (let term = FRACTION_TERMS; term > 0; term -= 1) {
    below = x + term / 2 / below;
  }
  return Math.exp(-x * x) / Math.sqrt(Math.PI) / below;
}
