// Finds the fraction that a TIFF stores for a number.

const LIMIT = 2 ** 32 - 1;

/**
 * Finds the fraction nearest to a positive number whose parts fit into 32 bits, by continued fractions: `1 / 0.284` becomes
 * 250/71. Numbers outside that range are clipped to it.
 */
export function nearestRational(value: number): readonly [numerator: number, denominator: number] {
  let [numerator, previousNumerator] = [1, 0];
  let [denominator, previousDenominator] = [0, 1];
  let rest = Math.min(Math.max(value, 1 / LIMIT), LIMIT);
  while (true) {
    const whole = Math.floor(rest);
    const nextNumerator = whole * numerator + previousNumerator;
    const nextDenominator = whole * denominator + previousDenominator;
    if (nextNumerator > LIMIT || nextDenominator > LIMIT) {
      return [numerator, denominator];
    }
    [previousNumerator, numerator] = [numerator, nextNumerator];
    [previousDenominator, denominator] = [denominator, nextDenominator];
    const fraction = rest - whole;
    if (fraction === 0 || numerator / denominator === value) {
      return [numerator, denominator];
    }
    rest = 1 / fraction;
  }
}
