// Writes the decimals of Arrow with all their digits.

import type { Data } from "apache-arrow";

/** A decimal of up to this many digits comes back from a float64 digit by digit. */
export const MOST_FLOAT_DIGITS = 15;

/** The unscaled value of row `row` of a decimal column: an integer in two's complement, the lowest word first. */
export function unscaledAt({ values }: Data, row: number, bitWidth: number): bigint {
  const words: Uint32Array = values;
  const stride = bitWidth / 32;
  let value = 0n;
  for (let word = stride - 1; word >= 0; word--) {
    value = (value << 32n) | BigInt(words[row * stride + word] ?? 0);
  }
  return BigInt.asIntN(bitWidth, value);
}

/** The text of a decimal, with all digits after the point that its type has: `-1.50`. */
export function decimalText(unscaled: bigint, scale: number): string {
  if (scale <= 0) {
    return String(unscaled * 10n ** BigInt(-scale));
  }
  const digits = String(unscaled < 0n ? -unscaled : unscaled).padStart(scale + 1, "0");
  const sign = unscaled < 0n ? "-" : "";
  return `${sign}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}
