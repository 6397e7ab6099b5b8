// Writes the dates of Arrow as text.

import type { Data, DateUnit } from "apache-arrow";

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
