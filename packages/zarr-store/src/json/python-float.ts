/**
 * A finite number as Python's `repr(float)` writes it: the shortest digits that read back as the same
 * number, with an exponent below 1e-4 and from 1e16 on (`1e-07`, `1e+16`), else with a point (`1.0`, `-0.0`).
 * Source: the Python language reference, `float.__repr__` (format code `r`).
 */
export function pythonFloatRepr(value: number): string {
  if (!Number.isFinite(value)) {
    throw new RangeError(`${value} is no finite number`);
  }
  const sign = value < 0 || Object.is(value, -0) ? "-" : "";
  // `d.ddde±x`: the shortest digits, by ECMA-262 as by Python.
  const [mantissa = "0", exponentText = "0"] = Math.abs(value).toExponential().split("e");
  const digits = mantissa.replace(".", "");
  const exponent = Number(exponentText);
  if (exponent < -4 || exponent >= 16) {
    const fraction = digits.length > 1 ? `.${digits.slice(1)}` : "";
    const magnitude = String(Math.abs(exponent)).padStart(2, "0");
    return `${sign}${digits.charAt(0)}${fraction}e${exponent < 0 ? "-" : "+"}${magnitude}`;
  }
  if (exponent < 0) {
    return `${sign}0.${"0".repeat(-exponent - 1)}${digits}`;
  }
  const whole = digits.slice(0, exponent + 1).padEnd(exponent + 1, "0");
  return `${sign}${whole}.${digits.slice(exponent + 1) || "0"}`;
}

/**
 * A finite number as JSON text. A safe integer is an int (`1`); every other number, `-0` and integral
 * ones beyond 2^53 included, is a float (`0.1`, `-0.0`, `1e+17`), so that it reads back as the same number.
 */
export function jsonNumberText(value: number): string {
  return Number.isSafeInteger(value) && !Object.is(value, -0) ? String(value) : pythonFloatRepr(value);
}
