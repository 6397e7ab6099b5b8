// Writes `_events.json` as the older application does, from the artifact `velocity_events/events`.

import { COLUMNS, VELOCITY_EVENTS_SCHEMA } from "@kym/kym-schema";
import type { CellValue, DatasetContents, Row } from "@kym/zarr-store";
import { type JsonNode, nodeOf, parseLossless, serializeLossless } from "@kym/zarr-store/json";
import { rowsOf, schemaOfTable } from "@kym/zarr-store/table/reading";
import { LEGACY_EVENT_COLUMNS } from "../velocity-events.ts";
import type { KymflowRun } from "./kymflow-json.ts";

type Table = Awaited<ReturnType<DatasetContents["loadTable"]>>;

/** One event by its legacy keys, in the order in which the older application writes them. */
export interface KymflowEvent extends KymflowRun {
  readonly cells: ReadonlyMap<string, CellValue>;
  /** The values of all other keys, as JSON text. */
  readonly extra: ReadonlyMap<string, string>;
}

/** The keys of an event, named and ordered as the older application does. */
export const EVENT_KEYS: readonly string[] = [
  "event_type",
  "i_start",
  "i_peak",
  "i_end",
  "t_start",
  "t_peak",
  "t_end",
  "score_peak",
  "baseline_before",
  "baseline_after",
  "strength",
  "nan_fraction_in_event",
  "n_valid_in_event",
  "duration_sec",
  "machine_type",
  "user_type",
  "note",
];
const STORED_NAMES: ReadonlyMap<string, string> = new Map(
  LEGACY_EVENT_COLUMNS.map(({ legacy, stored }) => [legacy, stored.name]),
);
const KNOWN_COLUMNS: ReadonlySet<string> = new Set(VELOCITY_EVENTS_SCHEMA.columns.map(({ name }) => name));

/** The rows of the artifact `velocity_events/events`, in the table's order. A key without a value is null. */
export function eventsOf(table: Table): readonly KymflowEvent[] {
  const extraNames = schemaOfTable(table)
    .columns.filter(
      ({ name, type }) => !KNOWN_COLUMNS.has(name) && type === "utf8" && name !== COLUMNS.imageId,
    )
    .map(({ name }) => name);
  return Array.from(rowsOf(table), (row) => ({
    roiId: integerOf(row, COLUMNS.roiId),
    channel: integerOf(row, COLUMNS.channel),
    cells: new Map(EVENT_KEYS.map((key) => [key, row[STORED_NAMES.get(key) ?? key] ?? null])),
    extra: new Map(
      extraNames.flatMap((name): [string, string][] => {
        const value = row[name];
        return typeof value === "string" ? [[name.replace(/^legacy_/, ""), value]] : [];
      }),
    ),
  }));
}

/**
 * The text of `_events.json`, version 2.0, for one image. `runs` lists what was searched for events. If the image has none at
 * all, each run gets an empty list, which says "searched, none found" and not "never searched"
 * (docs/formats.md#events).
 */
export function eventsJsonText(events: readonly KymflowEvent[], runs: readonly KymflowRun[]): string {
  const lists = new Map<string, object[]>();
  const listOf = ({ roiId, channel }: KymflowRun): object[] => {
    const key = `${roiId}:${channel}`;
    const list = lists.get(key) ?? [];
    lists.set(key, list);
    return list;
  };
  for (const event of events) {
    listOf(event).push(eventValue(event));
  }
  if (events.length === 0) {
    runs.forEach(listOf);
  }
  return serializeLossless({ version: "2.0", velocity_events: Object.fromEntries(lists) });
}

function eventValue({ cells, extra, channel }: KymflowEvent): object {
  return {
    ...Object.fromEntries([...cells].map(([key, value]) => [key, cellNode(value)])),
    channel,
    ...Object.fromEntries([...extra].map(([key, text]) => [key, extraNode(text)])),
  };
}

function cellNode(value: CellValue): JsonNode {
  return typeof value === "number" && Number.isFinite(value)
    ? floatNode(value)
    : nodeOf(typeof value === "number" ? null : value);
}

/** Writes a whole number with a decimal point, as Python does: `1.0`. */
function floatNode(value: number): JsonNode {
  const text = serializeLossless(value);
  return parseLossless(/^-?\d+$/.test(text) ? `${text}.0` : text);
}

/** Reads an extra key, which was stored as JSON text. Any other text comes from a column of this system: it is a string. */
function extraNode(text: string): JsonNode {
  try {
    return parseLossless(text);
  } catch {
    return nodeOf(text);
  }
}

function integerOf(row: Row, name: string): number {
  const value = row[name];
  return typeof value === "bigint" || typeof value === "number" ? Number(value) : 1;
}
