// Spells numbers as Python does, so that both languages write the same JSON and CSV.

/**
 * Writes a finite number as Python's `repr(float)` does: the shortest digits that read back as the same number.
 *
 * It has an exponent below 1e-4 and from 1e16 on (`1e-07`, `1e+16`), otherwise a point (`1.0`, `-0.0`).
 * Source: the Python language reference, `float.__repr__` (format code `r`).
 */
export function pythonFloatRepr(value: number): string {
  if (!Number.isFinite(value)) {
    throw new RangeError(`${value} is not a finite number`);
  }
  const magnitude = Math.abs(value);
  if (value === 0 || (magnitude >= 1e-4 && magnitude < 1e16)) {
    const text = Object.is(value, -0) ? "-0" : String(value);
    return text.includes(".") ? text : `${text}.0`;
  }
  const [digits = "", exponent = ""] = value.toExponential().split("e");
  return `${digits}e${exponent.charAt(0)}${exponent.slice(1).padStart(2, "0")}`;
}

/**
 * Writes a finite number as JSON text that reads back as the same number.
 *
 * A safe integer is an int (`1`). Every other number is a float (`0.1`, `-0.0`, `1e+17`): `-0` and whole numbers beyond
 * 2^53 too.
 */
export function jsonNumberText(value: number): string {
  return Number.isSafeInteger(value) && !Object.is(value, -0) ? String(value) : pythonFloatRepr(value);
}
