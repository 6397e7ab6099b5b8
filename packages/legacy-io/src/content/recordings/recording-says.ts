// Turns what a recording says of a line scan into steps, the start of its header, and sentences.

import { UNITS } from "@kym/kym-schema";
import type { LineGap, Stated, StatedStart } from "../../formats/recording-format.ts";
import type { StatedScale, StatedScales } from "../../tiff/axes/stated-scales.ts";
import { CALIBRATION_TOLERANCE } from "../../tiff/descriptions/axis-calibration.ts";
import type { RecordedHeader } from "../image-metadata.ts";
import type { RecordedFacts } from "./recorded-facts.ts";

const LINES = "t";

/** The steps of the axes. Only lines in time have one: a length along them does not count. */
export function scalesOfRecording(
  { format, secondsPerLine: [period], umPerPx: [pitch] }: RecordedFacts,
  axes: readonly string[],
): StatedScales {
  const source = (stated: Stated): string => `${format}: ${stated.source}`;
  return axes.map((axis, at): StatedScale | null => {
    if (at === axes.length - 2 && axis === LINES && period !== undefined) {
      return { step: period.value, unit: UNITS.second, source: source(period) };
    }
    return at === axes.length - 1 && pitch !== undefined
      ? { step: pitch.value, unit: UNITS.micrometre, source: source(pitch) }
      : null;
  });
}

/** Sentences about sources that differ, and about lines that are missing. */
export function notesOfRecording({ secondsPerLine, umPerPx, gaps }: RecordedFacts): readonly string[] {
  return [
    ...differences(secondsPerLine, "s per line"),
    ...differences(umPerPx, "\u00b5m per pixel"),
    ...gapNotes(gaps),
  ];
}

function differences([used, ...others]: readonly Stated[], unit: string): readonly string[] {
  return others.flatMap(({ value, source }) =>
    used !== undefined && Math.abs(value / used.value - 1) > CALIBRATION_TOLERANCE
      ? [`${used.value} ${unit} (${used.source}) is used; ${source} says ${value}`]
      : [],
  );
}

const MOST_NAMED = 5;

function gapNotes(gaps: readonly LineGap[]): readonly string[] {
  const count = gaps.reduce((sum, { lines }) => sum + lines, 0);
  const named = gaps
    .slice(0, MOST_NAMED)
    .map(({ firstLine, lines }) =>
      lines === 1 ? `${firstLine}` : `${firstLine} to ${firstLine + lines - 1}`,
    );
  const rest = gaps.length > MOST_NAMED ? `, and ${gaps.length - MOST_NAMED} more gaps` : "";
  return count === 0
    ? []
    : [
        `${count} ${count === 1 ? "line is" : "lines are"} missing and filled with zeros, counted from 0: ${named.join(", ")}${rest}`,
      ];
}

const ISO = /^(\d{4})-(\d\d)-(\d\d)[T ](\d\d:\d\d:\d\d)(?:\.(\d{1,9})\d*)?/;
const NS_PER_MS = 1_000_000n;

/**
 * The start in the form of an image's header. Date and time are those of the text, whatever its zone, also in UTC: so images can be
 * sorted by it. `recording/scan` has the zone.
 */
function headerStart(start: StatedStart | undefined): RecordedHeader["start"] {
  const [, year, month, day, clock, decimals = ""] = ISO.exec(start?.text ?? "") ?? [];
  if (start === undefined || clock === undefined) {
    return { date: undefined, time: undefined, localEpochNs: undefined };
  }
  const ms = Date.parse(`${year}-${month}-${day}T${clock}Z`);
  return {
    date: `${year}-${month}-${day}`,
    time: decimals === "" ? clock : `${clock}.${decimals}`,
    localEpochNs: Number.isNaN(ms) ? undefined : BigInt(ms) * NS_PER_MS + BigInt(decimals.padEnd(9, "0")),
  };
}

/** What goes into the header of an image: of Prairie View's XML if there is one, otherwise of a recording, otherwise of a TIFF. */
export function recordedHeader(
  prairie: RecordedHeader | undefined,
  facts: RecordedFacts | undefined,
  ofTiff: StatedStart | undefined,
): RecordedHeader | undefined {
  const { start, significantBits } = facts ?? { start: ofTiff, significantBits: undefined };
  const isSaid = facts !== undefined || start !== undefined;
  return prairie ?? (isSaid ? { start: headerStart(start), significantBits } : undefined);
}
