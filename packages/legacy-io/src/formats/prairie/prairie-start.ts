// Reads when a cycle of Prairie View began: the date of the recording and the time of the cycle.

/** The clock of the microscope's computer. It says no time zone. */
export interface PrairieStart {
  /** `YYYY-MM-DD`. */
  readonly date: string | undefined;
  /** `HH:MM:SS`, with as many decimals as the file has. */
  readonly time: string | undefined;
  /** Both, read as if they were UTC, in ns. */
  readonly localEpochNs: bigint | undefined;
}

const DATE = /^(\d{1,2})\/(\d{1,2})\/(\d{4})(?: +(\d{1,2}):(\d{2}):(\d{2})(?: *([AP])M)?)?$/i;
const TIME = /^([01]\d|2[0-3]):([0-5]\d):([0-5]\d)(?:\.(\d{1,9}))?$/;
const DAY_S = 86_400;
const MS_PER_S = 1000;
const NS_PER_S = 1_000_000_000n;

/** `dateText` as in `2/5/2019 2:50:09 PM`, `timeText` as in `14:50:09.6801205`. */
export function prairieStart(dateText: string | undefined, timeText: string | undefined): PrairieStart {
  const began = beganAt(dateText ?? "");
  const [, hours, minutes, seconds, decimals = ""] = TIME.exec(timeText ?? "") ?? [];
  if (hours === undefined) {
    return { date: began && isoDate(began.day), time: undefined, localEpochNs: undefined };
  }
  const second = Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds);
  // A cycle cannot begin before its recording: a time that is long before the recording's is of the next day.
  const isNextDay = began?.second !== undefined && began.second - second > DAY_S / 2;
  const day = began && began.day + (isNextDay ? DAY_S : 0);
  return {
    date: day === undefined ? undefined : isoDate(day),
    time: timeText,
    localEpochNs:
      day === undefined ? undefined : BigInt(day + second) * NS_PER_S + BigInt(decimals.padEnd(9, "0")),
  };
}

/** The start of the day, in s since 1970, and the second of it; undefined for a text that is not a date. */
function beganAt(text: string): { readonly day: number; readonly second: number | undefined } | undefined {
  const [, month = "", day = "", year = "", hours, minutes, seconds, half] = DATE.exec(text.trim()) ?? [];
  const instant = Date.UTC(Number(year), Number(month) - 1, Number(day));
  const date = new Date(instant);
  if (year === "" || date.getUTCMonth() + 1 !== Number(month) || date.getUTCDate() !== Number(day)) {
    return undefined;
  }
  const shift = half === undefined ? 0 : half.toUpperCase() === "P" ? 12 : 0;
  const hour = half === undefined ? Number(hours) : (Number(hours) % 12) + shift;
  return {
    day: instant / MS_PER_S,
    second: hours === undefined ? undefined : hour * 3600 + Number(minutes) * 60 + Number(seconds),
  };
}

function isoDate(day: number): string {
  return new Date(day * MS_PER_S).toISOString().slice(0, 10);
}
