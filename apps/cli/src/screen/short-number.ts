// Writes a number for people to read, in few digits.

/** More would not be read, and fewer would hide a difference that counts. */
const DIGITS = 5;

/** A number in at most five significant digits; a whole number keeps all of its digits. */
export function shortNumber(value: number): string {
  return Number.isInteger(value) || !Number.isFinite(value)
    ? String(value)
    : String(Number(value.toPrecision(DIGITS)));
}
