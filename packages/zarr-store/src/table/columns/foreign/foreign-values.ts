// Converts decimals, dates, times and durations of Arrow to the values of our types.

import type { Data, DateUnit, TimeUnit } from "apache-arrow";

/** A decimal of up to this many digits comes back from a float64 digit by digit. */
export const MOST_FLOAT_DIGITS = 15;

/** The nanoseconds of one unit. Arrow counts units from 0: second, millisecond, microsecond, nanosecond. */
export function nsPerUnit(unit: TimeUnit): bigint {
  return 1000n ** BigInt(3 - unit);
}

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

/**
 * The text of a date, `2025-07-22`. Arrow counts days, or milliseconds, since 1970.
 *
 * @returns undefined for a date that JavaScript does not have, beyond the year 275 760
 */
export function dateText({ values }: Data, row: number, unit: DateUnit): string | undefined {
  const days: ArrayLike<number> = values;
  const ms = unit === DAY ? (days[row] ?? 0) * MS_PER_DAY : Number(int64At(values, row));
  const date = new Date(ms);
  return Number.isNaN(date.getTime()) ? undefined : date.toISOString().replace(/T.*$/, "");
}

/** The number of Arrow's unit `DAY`; the other unit of dates is the millisecond. */
const DAY: DateUnit = 0;
const MS_PER_DAY = 86_400_000;

/** A value of 64 bits. Older versions of Arrow keep some of them as pairs of 32 bits. */
function int64At(values: BigInt64Array | Int32Array, row: number): bigint {
  if (values instanceof BigInt64Array) {
    return values[row] ?? 0n;
  }
  const [low = 0, high = 0] = values.subarray(2 * row, 2 * row + 2);
  return (BigInt(high) << 32n) | BigInt(low >>> 0);
}
