// Reads the date of an Olympus header.

/** The parts of a header's date. A part that cannot be read is absent, and `warning` says so. */
export interface OlympusDate {
  /** `YYYY-MM-DD`. */
  readonly date?: string;
  /** `HH:MM:SS` on a 24-hour clock, with as many decimals as the text has. */
  readonly time?: string;
  /** The wall clock read as if it were UTC, in ns. */
  readonly localEpochNs?: bigint;
  readonly warning?: string;
}

const DATE = /^(\d{1,2})\/(\d{1,2})\/(\d{4})(?: +(.*))?$/;
const TIME = /^(\d{1,2}):(\d{2}):(\d{2})(\.\d{1,9})?(?: *(AM|PM))?$/i;

/**
 * Reads `MM/DD/YYYY hh:mm:ss.sss AM|PM`. 12 AM is midnight and 12 PM is noon. Some exports write a 24-hour time and still add
 * AM or PM, so an hour above 12 is used unchanged.
 */
export function parseOlympusDate(text: string): OlympusDate {
  const warning = `the date cannot be read: ${JSON.stringify(text.slice(0, 80))}`;
  const match = DATE.exec(text.trim());
  const date =
    match === null ? undefined : calendarDate(Number(match[3]), Number(match[1]), Number(match[2]));
  if (match === null || date === undefined) {
    return { warning };
  }
  const clock = clockTime(match[4] ?? "");
  if (clock === undefined) {
    return { date: date.text, warning };
  }
  return {
    date: date.text,
    time: clock.text,
    localEpochNs: BigInt(date.epochMs) * 1_000_000n + clock.ns,
  };
}

function calendarDate(
  year: number,
  month: number,
  day: number,
): { readonly text: string; readonly epochMs: number } | undefined {
  const instant = new Date(Date.UTC(year, month - 1, day));
  instant.setUTCFullYear(year);
  const isReal = instant.getUTCMonth() === month - 1 && instant.getUTCDate() === day && year > 0;
  return isReal ? { text: instant.toISOString().slice(0, 10), epochMs: instant.getTime() } : undefined;
}

function clockTime(text: string): { readonly text: string; readonly ns: bigint } | undefined {
  const match = TIME.exec(text.trim());
  if (match === null) {
    return undefined;
  }
  const hour = hourOfDay(Number(match[1]), match[5]?.toUpperCase());
  const minute = Number(match[2]);
  const second = Number(match[3]);
  if (hour === undefined || minute > 59 || second > 59) {
    return undefined;
  }
  const decimals = match[4] ?? "";
  const wholeSeconds = BigInt(hour * 3600 + minute * 60 + second);
  const ns = BigInt(decimals.slice(1).padEnd(9, "0"));
  const parts = [hour, minute, second].map((part) => String(part).padStart(2, "0"));
  return { text: parts.join(":") + decimals, ns: wholeSeconds * 1_000_000_000n + ns };
}

function hourOfDay(hour: number, half: string | undefined): number | undefined {
  if (hour > 23 || (half === "PM" && hour === 0)) {
    return undefined;
  }
  if (half === undefined || hour > 12) {
    return hour;
  }
  return (hour % 12) + (half === "PM" ? 12 : 0);
}
