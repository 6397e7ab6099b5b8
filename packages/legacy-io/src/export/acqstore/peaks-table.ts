// Writes the peaks of an analysis as acqstore's table of them: the numbers as its own list has them.

import { ACQSTORE_PEAK_FEATURES, ACQSTORE_PEAK_WIDTHS } from "@kym/kym-schema/tables";
import type { CellValue } from "@kym/zarr-store";
import { getMember, type JsonNode } from "@kym/zarr-store/json";
import { csvText } from "@kym/zarr-store/table/reading";

const BASE = [
  ...["peak_id", "peak_status", "peak_warning_count", "peak_warnings_text", "onset_index", "onset_time_sec"],
  ...["onset_value", "peak_index", "peak_time_sec", "peak_value", "peak_amplitude", "peak_detection_method"],
  ...["onset_to_onset_interval_sec", "peak_to_peak_interval_sec"],
] as const;
const WIDTH_COLUMNS = ["value", "left_index", "right_index", "points", "sec", "status"] as const;
const WHOLE = /^-?\d{1,18}$/;
const TOLERANCE = 1e-6;
const PERCENT = 100;

/** The table of the peaks in the member `summary` of an analysis; its titles alone if it has none. */
export function peaksTable(summary: JsonNode | undefined): string {
  const titles = [
    ...BASE,
    ...ACQSTORE_PEAK_FEATURES.flatMap((name) => [name, `${name}_status`, `${name}_reason`]),
    ...ACQSTORE_PEAK_WIDTHS.flatMap((percent) => WIDTH_COLUMNS.map((column) => `width_${percent}_${column}`)),
  ];
  const rows = itemsOf(memberOf(summary, "peak_events")).map(cellsOf);
  const columns = titles.map((name, at) => ({
    name,
    values: rows.map((cells) => cells[at] ?? null),
    isFloat: true,
  }));
  return csvText(columns, rows.length, "pandas");
}

function cellsOf(peak: JsonNode): readonly CellValue[] {
  const [onset, top, intervals, features] = ["onset", "peak", "intervals", "features"].map((key) =>
    memberOf(peak, key),
  );
  const warnings = itemsOf(memberOf(peak, "warnings")).map((warning) => String(cellOf(warning) ?? ""));
  const crossings = itemsOf(memberOf(peak, "level_crossings"));
  return [
    cellIn(peak, "peak_id"),
    cellIn(peak, "status"),
    BigInt(warnings.length),
    warnings.join("; "),
    cellIn(onset, "index"),
    cellIn(onset, "time_sec"),
    cellIn(onset, "value"),
    cellIn(top, "index"),
    cellIn(top, "time_sec"),
    cellIn(top, "value"),
    cellIn(top, "amplitude"),
    cellIn(peak, "detection_method"),
    cellIn(intervals, "onset_to_onset_interval_sec"),
    cellIn(intervals, "peak_to_peak_interval_sec"),
    ...ACQSTORE_PEAK_FEATURES.flatMap((name) => {
      const feature = memberOf(features, name);
      return ["value", "status", "reason"].map((key) => cellIn(feature, key));
    }),
    ...ACQSTORE_PEAK_WIDTHS.flatMap((percent) => {
      const crossing = crossings.find(
        (one) => Math.abs(Number(cellIn(one, "fraction")) * PERCENT - percent) < TOLERANCE * PERCENT,
      );
      return ["value", "left_index", "right_index", "width", "width_sec", "status"].map((key) =>
        cellIn(crossing, key),
      );
    }),
  ];
}

function memberOf(node: JsonNode | undefined, key: string): JsonNode | undefined {
  return node?.kind === "object" ? getMember(node, key) : undefined;
}

function itemsOf(node: JsonNode | undefined): readonly JsonNode[] {
  return node?.kind === "array" ? node.items : [];
}

function cellIn(node: JsonNode | undefined, key: string): CellValue {
  const member = memberOf(node, key);
  return member === undefined ? null : cellOf(member);
}

/** A value as pandas has it: null for what is missing. */
function cellOf(node: JsonNode): CellValue {
  switch (node.kind) {
    case "string":
      return node.value === "" ? null : node.value;
    case "number":
      return WHOLE.test(node.text) ? BigInt(node.text) : Number(node.text);
    case "boolean":
      return node.value;
    default:
      return null;
  }
}
