/**
 * A finite number as Python's `repr(float)` writes it: the shortest digits that read back as the same
 * number, with an exponent below 1e-4 and from 1e16 on (`1e-07`, `1e+16`), else with a point (`1.0`, `-0.0`).
 * Source: the Python language reference, `float.__repr__` (format code `r`).
 */
export function pythonFloatRepr(value: number): string {
  if (!Number.isFinite(value)) {
    throw new RangeError(`${value} is no finite number`);
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
 * A finite number as JSON text. A safe integer is an int (`1`); every other number, `-0` and integral
 * ones beyond 2^53 included, is a float (`0.1`, `-0.0`, `1e+17`), so that it reads back as the same number.
 */
export function jsonNumberText(value: number): string {
  return Number.isSafeInteger(value) && !Object.is(value, -0) ? String(value) : pythonFloatRepr(value);
}
