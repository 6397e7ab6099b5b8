// Reads the microscope's date and time from acqstore's header of an image.

import { getMember, type JsonNode } from "@kym/zarr-store/json";

/** The microscope's wall clock. A part that is absent or cannot be read is undefined. */
export interface AcqstoreDate {
  /** `YYYY-MM-DD`. */
  readonly date: string | undefined;
  /** `HH:MM:SS`. */
  readonly time: string | undefined;
  /** Both, read as if they were UTC, in ns. */
  readonly localEpochNs: bigint | undefined;
}

const DATE = /^(\d{4})-?(\d{2})-?(\d{2})$/;
const TIME = /^([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,9})?$/;

const NS_PER_MS = 1_000_000n;

/** Reads `date`, as `YYYYMMDD`, and `time`, as `HH:MM:SS`. */
export function readAcqstoreDate(header: JsonNode | undefined): AcqstoreDate {
  const date = isoDate(textIn(header, "date") ?? "");
  const written = textIn(header, "time");
  const time = written !== undefined && TIME.test(written) ? written : undefined;
  const [whole = "", decimals = ""] = time?.split(".") ?? [];
  const isKnown = date !== undefined && time !== undefined;
  return {
    date,
    time,
    localEpochNs: isKnown
      ? BigInt(Date.parse(`${date}T${whole}Z`)) * NS_PER_MS + BigInt(decimals.padEnd(9, "0"))
      : undefined,
  };
}

/** `2025-07-14` for `20250714`; undefined for a date that no calendar has. */
export function isoDate(text: string): string | undefined {
  const [, year, month, day] = DATE.exec(text) ?? [];
  if (year === undefined || month === undefined || day === undefined) {
    return undefined;
  }
  const iso = `${year}-${month}-${day}`;
  const instant = new Date(`${iso}T00:00:00Z`);
  return Number.isNaN(instant.getTime()) || instant.toISOString().slice(0, 10) !== iso ? undefined : iso;
}

/** When an analysis was made, by the clock of who made it: `YYMMDD` and `HH:MM:SS.mmm` as ISO 8601 without a zone. */
export function analysedAt(summary: JsonNode): string | undefined {
  const [date, time] = [textIn(summary, "analysis_date") ?? "", textIn(summary, "analysis_time") ?? ""];
  const day = isoDate(/^\d{6}$/.test(date) ? `20${date}` : date);
  return day !== undefined && TIME.test(time) ? `${day}T${time}` : undefined;
}

function textIn(node: JsonNode | undefined, key: string): string | undefined {
  const member = node?.kind === "object" ? getMember(node, key) : undefined;
  return member?.kind === "string" ? member.value : undefined;
}
