// How numbers and counts read in a report.

import { counted } from "../../terminal/text-table.ts";

const DIGITS = 3;
export const NOTHING = "–";

/** A measured value in three significant digits, or a dash. A whole number keeps its digits; minus is U+2212. */
export function shownValue(value: number | null): string {
  if (value === null || !Number.isFinite(value)) {
    return NOTHING;
  }
  const text =
    Number.isInteger(value) || Math.abs(value) >= 1000
      ? String(Math.round(value))
      : value.toPrecision(DIGITS);
  return (text.includes("e") ? String(Number(text)) : text).replace("-", "−");
}

/** A value with its unit; a count has none. */
export function withUnit(value: number | null, unit: string): string {
  return value === null || unit === "" ? shownValue(value) : `${shownValue(value)} ${unit}`;
}

/** Seconds, as minutes beyond two of them, as hours beyond two of those. */
export function shownDuration(seconds: number): string {
  const [minutes, hours] = [seconds / 60, seconds / 3600];
  return hours >= 2
    ? `${shownValue(hours)} h`
    : minutes >= 2
      ? `${shownValue(minutes)} min`
      : `${shownValue(seconds)} s`;
}

/** `3 of 8 images`. */
export function countedOf(count: number, total: number, noun: string): string {
  return `${count} of ${counted(total, noun)}`;
}
