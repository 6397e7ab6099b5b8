// What ScanImage says of a scan besides its axes and steps, as it is kept with the image.

import type { ScanImageDescription, ScanImagePages, ScanImageStamps } from "./scanimage-description.ts";

/** Keys in snake_case with units. What the file does not say is left out. */
export type ScanImageFacts = Readonly<Record<string, unknown>> & {
  readonly start?: { readonly text: string; readonly zone: "no zone" } | undefined;
};

/** The start has no zone: it is the clock of the computer. */
const NO_ZONE = "no zone" as const;

export function scanImageFacts(
  said: ScanImageDescription,
  stamps: ScanImageStamps,
  { kind, frames, gapLines }: ScanImagePages,
): ScanImageFacts {
  const start = textOfEpoch(stamps.epoch);
  const { first, last } = stamps;
  const facts: Readonly<Record<string, unknown>> = {
    kind: kind === "lines" ? "line scan" : "frame scan",
    channels: said.channelNames,
    frames,
    line_period_s: said.linePeriodS,
    frame_period_s: said.framePeriodS,
    recorded_frame_period_s:
      first === undefined || last === undefined || frames < 2 ? undefined : (last - first) / (frames - 1),
    lines_lost_between_frames: kind === "lines" && frames > 1 ? gapLines : undefined,
    bidirectional: said.isBidirectional,
    offsets_in_values: said.offsets.length === 0 ? undefined : Object.fromEntries(said.offsets),
  };
  return {
    ...Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== undefined)),
    ...(start !== undefined && { start: { text: start, zone: NO_ZONE } }),
  };
}

/** Year, month, day, hour, minute and second as ISO 8601; undefined if they are not a date. */
function textOfEpoch(epoch: readonly number[] | undefined): string | undefined {
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = epoch ?? [];
  const ms = Date.UTC(year, month - 1, day, hour, minute) + Math.round(second * 1000);
  const isDate =
    epoch !== undefined &&
    [year, month, day, hour, minute].every(Number.isInteger) &&
    year >= 1970 &&
    year < 10_000 &&
    second >= 0 &&
    second < 60 &&
    new Date(ms - Math.round(second * 1000)).toISOString().slice(0, 16) ===
      `${year}-${two(month)}-${two(day)}T${two(hour)}:${two(minute)}`;
  return isDate ? new Date(ms).toISOString().slice(0, -1) : undefined;
}

function two(number: number): string {
  return `${number}`.padStart(2, "0");
}
