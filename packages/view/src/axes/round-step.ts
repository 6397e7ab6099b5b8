// Round numbers: 1, 2 or 5 times a power of ten.

/** The greatest round number that is not above `value`, which is positive and finite. */
export function roundStep(value: number): number {
  const exponent = Math.floor(Math.log10(value) + SLACK);
  const leading = value / 10 ** exponent + SLACK;
  return powerOfTen(leading >= 5 ? 5 : leading >= 2 ? 2 : 1, exponent);
}

/** The least round number that is not below `value`, which is positive and finite. */
export function nextRoundStep(value: number): number {
  const below = roundStep(value);
  if (below >= value * (1 - SLACK)) {
    return below;
  }
  const exponent = Math.floor(Math.log10(below) + SLACK);
  const leading = Math.round(below / 10 ** exponent);
  return leading === 1
    ? powerOfTen(2, exponent)
    : leading === 2
      ? powerOfTen(5, exponent)
      : powerOfTen(1, exponent + 1);
}

/** How many digits after the point a multiple of a round number needs. */
export function decimalsOf(step: number): number {
  return Math.max(0, -Math.floor(Math.log10(step) + SLACK));
}

/** What rounding takes from a number that should be round. */
const SLACK = 1e-9;

/** The double that is nearest to the number: a product would not be, for 3 × 10⁻¹ among others. */
function powerOfTen(leading: number, exponent: number): number {
  return Number(`${leading}e${exponent}`);
}
