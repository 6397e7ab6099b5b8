// Writes the peaks of an analysis as acqstore's table of them: the numbers as its own list has them.

import { ACQSTORE_PEAK_FEATURES, ACQSTORE_PEAK_WIDTHS } from "@kym/kym-schema/tables";
import { getMember, type JsonNode } from "@kym/zarr-store/json";

const BASE = [
  ...["peak_id", "peak_status", "peak_warning_count", "peak_warnings_text", "onset_index", "onset_time_sec"],
  ...["onset_value", "peak_index", "peak_time_sec", "peak_value", "peak_amplitude", "peak_detection_method"],
  ...["onset_to_onset_interval_sec", "peak_to_peak_interval_sec"],
] as const;
const WIDTH_COLUMNS = ["value", "left_index", "right_index", "points", "sec", "status"] as const;
const TOLERANCE = 1e-6;
const PERCENT = 100;

/** The table of the peaks in the member `summary` of an analysis; its titles alone if it has none. */
export function peaksTable(summary: JsonNode | undefined): string {
  const titles = [
    ...BASE,
    ...ACQSTORE_PEAK_FEATURES.flatMap((name) => [name, `${name}_status`, `${name}_reason`]),
    ...ACQSTORE_PEAK_WIDTHS.flatMap((percent) => WIDTH_COLUMNS.map((column) => `width_${percent}_${column}`)),
  ];
  const rows = itemsOf(memberOf(summary, "peak_events")).map((peak) => cellsOf(peak).map(quoted).join(","));
  return `${[titles.join(","), ...rows].join("\n")}\n`;
}

function cellsOf(peak: JsonNode): readonly string[] {
  const [onset, top, intervals, features] = ["onset", "peak", "intervals", "features"].map((key) =>
    memberOf(peak, key),
  );
  const warnings = itemsOf(memberOf(peak, "warnings")).map(textOf);
  const crossings = itemsOf(memberOf(peak, "level_crossings"));
  return [
    textIn(peak, "peak_id"),
    textIn(peak, "status"),
    String(warnings.length),
    warnings.join("; "),
    textIn(onset, "index"),
    textIn(onset, "time_sec"),
    textIn(onset, "value"),
    textIn(top, "index"),
    textIn(top, "time_sec"),
    textIn(top, "value"),
    textIn(top, "amplitude"),
    textIn(peak, "detection_method"),
    textIn(intervals, "onset_to_onset_interval_sec"),
    textIn(intervals, "peak_to_peak_interval_sec"),
    ...ACQSTORE_PEAK_FEATURES.flatMap((name) => {
      const feature = memberOf(features, name);
      return ["value", "status", "reason"].map((key) => textIn(feature, key));
    }),
    ...ACQSTORE_PEAK_WIDTHS.flatMap((percent) => {
      const crossing = crossings.find(
        (one) => Math.abs(Number(textIn(one, "fraction")) * PERCENT - percent) < TOLERANCE * PERCENT,
      );
      return ["value", "left_index", "right_index", "width", "width_sec", "status"].map((key) =>
        textIn(crossing, key),
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

function textIn(node: JsonNode | undefined, key: string): string {
  const member = memberOf(node, key);
  return member === undefined ? "" : textOf(member);
}

/** A cell as pandas writes it: empty for what is missing. */
function textOf(node: JsonNode): string {
  switch (node.kind) {
    case "string":
      return node.value;
    case "number":
      return Number.isNaN(Number(node.text)) ? "" : node.text;
    case "boolean":
      return node.value ? "True" : "False";
    default:
      return "";
  }
}

function quoted(cell: string): string {
  return /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}
