// What a microscope's own file says of a line scan besides its pixels, as it is kept in the dataset.

import { ARTIFACTS, COLUMNS } from "@kym/kym-schema";
import { isZarrStoreError } from "@kym/zarr-store";
import type {
  LineGap,
  RecordedScan,
  RecordingFormat,
  Stated,
  StatedStart,
} from "../../formats/recording-format.ts";
import { defined } from "./defined.ts";

/** Everything of a scan but its pixels and pictures. */
export interface RecordedFacts
  extends Pick<
    RecordedScan,
    | "name"
    | "significantBits"
    | "umPerPx"
    | "secondsPerLine"
    | "channelNames"
    | "start"
    | "gaps"
    | "path"
    | "more"
  > {
  readonly format: string;
  readonly version: number;
}

export function factsOf({ name: format, version }: RecordingFormat, scan: RecordedScan): RecordedFacts {
  const { name, significantBits, umPerPx, secondsPerLine, channelNames, start, gaps, path, more } = scan;
  return {
    format,
    version,
    name,
    significantBits,
    umPerPx,
    secondsPerLine,
    channelNames,
    start,
    gaps,
    path,
    more,
  };
}

/** The facts as the JSON artifact `recording/scan`. */
export function factsValue(facts: RecordedFacts): object {
  const { start, path } = facts;
  return defined({
    format: facts.format,
    format_version: facts.version,
    name: facts.name === "" ? undefined : facts.name,
    start: start && { text: start.text, zone: start.zone },
    seconds_per_line: facts.secondsPerLine[0]?.value,
    seconds_per_line_from: facts.secondsPerLine[0]?.source,
    other_seconds_per_line: othersOf(facts.secondsPerLine),
    um_per_px: facts.umPerPx[0]?.value,
    um_per_px_from: facts.umPerPx[0]?.source,
    other_um_per_px: othersOf(facts.umPerPx),
    significant_bits: facts.significantBits,
    channels: facts.channelNames,
    gaps: facts.gaps.map(({ firstLine, lines }) => ({ first_line: firstLine, lines })),
    mode: path?.mode,
    bidirectional: path?.bidirectional,
    ...(Object.keys(facts.more).length > 0 && { more: facts.more }),
  });
}

/** The path of a scan as the JSON artifact `recording/scan_path`; undefined without points. */
export function pathValue({ path }: Pick<RecordedFacts, "path">): object | undefined {
  return path === undefined || path.points.length === 0
    ? undefined
    : defined({
        mode: path.mode,
        bidirectional: path.bidirectional,
        points_are: "px of the reference image",
        points: path.points,
      });
}

/** Reads back what {@link factsValue} wrote, without what nothing needs again. */
export function readFacts(value: unknown): RecordedFacts | undefined {
  const said = membersOf(value);
  const { format, format_version: version, significant_bits: bits } = said;
  return typeof format !== "string" || typeof version !== "number"
    ? undefined
    : {
        format,
        version,
        name: typeof said["name"] === "string" ? said["name"] : "",
        significantBits: typeof bits === "number" ? bits : undefined,
        secondsPerLine: statedIn(said, COLUMNS.secondsPerLine),
        umPerPx: statedIn(said, COLUMNS.umPerPx),
        channelNames: listOf(said["channels"]).map(String),
        start: startIn(said["start"]),
        gaps: listOf(said["gaps"]).flatMap(gapIn),
        path: undefined,
        more: {},
      };
}

/** Loads the facts of an image; undefined for one that is of no recording. */
export async function loadFacts(record: {
  readonly loadJson: (name: string) => Promise<unknown>;
}): Promise<RecordedFacts | undefined> {
  try {
    return readFacts(await record.loadJson(ARTIFACTS.recordedScan));
  } catch (error) {
    if (isZarrStoreError(error, "not_found", "invalid_file")) {
      return undefined;
    }
    throw error;
  }
}

function othersOf(stated: readonly Stated[]): Readonly<Record<string, number>> | undefined {
  return stated.length < 2
    ? undefined
    : Object.fromEntries(stated.slice(1).map(({ source, value }) => [source, value]));
}

function statedIn(said: Readonly<Record<string, unknown>>, key: string): readonly Stated[] {
  const [value, source] = [said[key], said[`${key}_from`]];
  const others = Object.entries(membersOf(said[`other_${key}`]));
  return typeof value !== "number" || typeof source !== "string"
    ? []
    : [
        { value, source },
        ...others.flatMap(([from, other]) =>
          typeof other === "number" ? [{ value: other, source: from }] : [],
        ),
      ];
}

function startIn(value: unknown): StatedStart | undefined {
  const { text, zone } = membersOf(value);
  return typeof text === "string" && (zone === "utc" || zone === "offset" || zone === "no zone")
    ? { text, zone }
    : undefined;
}

function gapIn(value: unknown): readonly LineGap[] {
  const { first_line: firstLine, lines } = membersOf(value);
  return typeof firstLine === "number" && typeof lines === "number" ? [{ firstLine, lines }] : [];
}

function membersOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? Object.fromEntries(Object.entries(value)) : {};
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
