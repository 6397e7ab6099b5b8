// The peaks of acqstore's intensities as a table: the columns of its own peak table, with times from the start of the image.

import { COLUMNS } from "@kym/kym-schema";
import { ACQSTORE_PEAK_COLUMNS, ACQSTORE_PEAK_FEATURES, ACQSTORE_PEAK_WIDTHS } from "@kym/kym-schema/tables";
import type { CellValue, Row } from "@kym/zarr-store";
import { getMember, type JsonNode, nodeOf, plainValue } from "@kym/zarr-store/json";
import { LegacyIoError } from "../../errors.ts";
import type { AcqstoreAnalysis } from "../../formats/acqstore/acqstore-analyses.ts";
import { integerMember, membersOf, presentMember, unexpectedNode } from "../../formats/json/legacy-json.ts";
import type { EventRows } from "./acqstore-events.ts";
import type { AnalysedImage } from "./acqstore-runs.ts";
import { startOf } from "./placed-tables.ts";

const WHAT = "acqstore peak";
const MOST_PEAKS = 100_000;
const WIDTH_TOLERANCE = 1e-6;
const PERCENT = 100;

type Values = Readonly<Record<string, CellValue>>;

/** The table of an image in which no peak was found. */
export const NO_PEAKS: EventRows = { schema: { columns: ACQSTORE_PEAK_COLUMNS }, rows: [] };

/**
 * The peaks of one analysis.
 * @throws {LegacyIoError} `invalid_file` for a list that cannot be read, or an id that is there twice; `not_supported` for more than
 * 100 000 peaks
 */
export function peakRows(
  { summary, roiId, channel, path }: AcqstoreAnalysis,
  image: AnalysedImage,
): EventRows {
  const where = `${path}.summary.peak_events`;
  const list = presentMember(summary, "peak_events");
  if (list !== undefined && list.kind !== "array") {
    throw unexpectedNode(WHAT, where, "an array", list);
  }
  const items = list?.items ?? [];
  if (items.length > MOST_PEAKS) {
    throw new LegacyIoError(
      "not_supported",
      `${where} has ${items.length} peaks; at most ${MOST_PEAKS} are read`,
      {
        expected: MOST_PEAKS,
        found: items.length,
      },
    );
  }
  const start = { row: startOf(roiId, "row", image), timeS: startOf(roiId, "time", image) };
  const ids = new Set<number>();
  const rows = items.map((node, index): Row => {
    const place = `${where}[${index}]`;
    membersOf(node, WHAT, place);
    const id = integerMember(node, COLUMNS.peakId, WHAT, place);
    if (id === undefined || ids.has(id)) {
      const expected = id === undefined ? "a whole number" : "another id than those before";
      throw new LegacyIoError(
        "invalid_file",
        `${WHAT}: expected ${expected} at ${place}.${COLUMNS.peakId}, found ${id}`,
        { expected, found: id },
      );
    }
    ids.add(id);
    const values: Values = {
      [COLUMNS.roiId]: BigInt(roiId),
      [COLUMNS.channel]: BigInt(channel),
      [COLUMNS.peakId]: BigInt(id),
      ...baseValues(node, start),
      ...featureValues(memberOf(node, "features")),
      ...widthValues(memberOf(node, "level_crossings"), start.row),
    };
    return Object.fromEntries(ACQSTORE_PEAK_COLUMNS.map(({ name }) => [name, values[name] ?? null]));
  });
  return { schema: NO_PEAKS.schema, rows };
}

function baseValues(node: JsonNode, start: { readonly row: number; readonly timeS: number }): Values {
  const [onset, peak, intervals] = ["onset", "peak", "intervals"].map((key) => memberOf(node, key));
  const warnings = memberOf(node, "warnings");
  const words = warnings?.kind === "array" ? warnings.items.flatMap((item) => textOf(item) ?? []) : [];
  return {
    peak_status: textOf(memberOf(node, "status")),
    peak_warnings: words.length === 0 ? null : words.join("; "),
    onset_line: shifted(onset, "index", start.row),
    onset_t_s: shifted(onset, "time_sec", start.timeS),
    onset_value: shifted(onset, "value"),
    peak_line: shifted(peak, "index", start.row),
    [COLUMNS.peakTime]: shifted(peak, "time_sec", start.timeS),
    [COLUMNS.peakValue]: shifted(peak, "value"),
    [COLUMNS.peakAmplitude]: shifted(peak, "amplitude"),
    peak_detection_method: textOf(memberOf(node, "detection_method")),
    onset_to_onset_interval_sec: shifted(intervals, "onset_to_onset_interval_sec"),
    peak_to_peak_interval_sec: shifted(intervals, "peak_to_peak_interval_sec"),
  };
}

function featureValues(features: JsonNode | undefined): Values {
  return Object.fromEntries(
    ACQSTORE_PEAK_FEATURES.flatMap((name): [string, CellValue][] => {
      const feature = memberOf(features, name);
      return [
        [name, shifted(feature, "value")],
        [`${name}_status`, textOf(memberOf(feature, "status"))],
        [`${name}_reason`, textOf(memberOf(feature, "reason")) || null],
      ];
    }),
  );
}

function widthValues(crossings: JsonNode | undefined, row: number): Values {
  const items = crossings?.kind === "array" ? crossings.items : [];
  return Object.fromEntries(
    ACQSTORE_PEAK_WIDTHS.flatMap((percent): [string, CellValue][] => {
      const level = items.find((item) => isAt(item, percent));
      return [
        [`width_${percent}_value`, shifted(level, "value")],
        [`width_${percent}_left_line`, shifted(level, "left_index", row)],
        [`width_${percent}_right_line`, shifted(level, "right_index", row)],
        [`width_${percent}_points`, shifted(level, "width")],
        [`width_${percent}_sec`, shifted(level, "width_sec")],
        [`width_${percent}_status`, textOf(memberOf(level, "status"))],
      ];
    }),
  );
}

function isAt(level: JsonNode, percent: number): boolean {
  const fraction = shifted(level, "fraction");
  return fraction !== null && Math.abs(fraction * PERCENT - percent) < WIDTH_TOLERANCE;
}

function memberOf(node: JsonNode | undefined, key: string): JsonNode | undefined {
  return node?.kind === "object" ? getMember(node, key) : undefined;
}

/** A number and what is added to it; null where either is not known. */
function shifted(node: JsonNode | undefined, key: string, by = 0): number | null {
  const value = plainValue(memberOf(node, key) ?? nodeOf(null));
  const sum = typeof value === "number" || typeof value === "bigint" ? Number(value) + by : Number.NaN;
  return Number.isFinite(sum) ? sum : null;
}

function textOf(node: JsonNode | undefined): string | null {
  return node?.kind === "string" ? node.value : null;
}
