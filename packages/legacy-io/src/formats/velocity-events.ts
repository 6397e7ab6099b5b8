// Makes the table `velocity_events/events` from the event objects of a lab's JSON.

import { COLUMNS, VELOCITY_EVENTS_SCHEMA } from "@kym/kym-schema";
import type { CellValue, Column, TableSchema } from "@kym/zarr-store";
import { canonicalJson, type JsonNode } from "@kym/zarr-store/json";
import { portableRuntime } from "@kym/zarr-store/runtime";
import { LegacyIoError } from "../errors.ts";
import type { LegacyEvent, RoiEvents } from "./flow-analysis.ts";
import { integerMember, membersOf, numberMember, presentMember, textMember } from "./json/legacy-json.ts";

/** A key of a legacy event, and the dataset's column for it. */
export interface EventColumn {
  readonly legacy: string;
  readonly stored: Column;
}

const EVENT_ID_DIGITS = 16;

/** Columns for which the older application has no key. */
const OURS: ReadonlySet<string> = new Set([COLUMNS.roiId, COLUMNS.eventId, COLUMNS.peakValue]);

const RENAMED: Readonly<Record<string, string>> = {
  [COLUMNS.start]: "t_start",
  [COLUMNS.end]: "t_end",
  [COLUMNS.peakTime]: "t_peak",
  [COLUMNS.score]: "score_peak",
  [COLUMNS.duration]: "duration_sec",
};

/** The keys of an event object and their columns, in the table's order, to translate names both ways. */
export const LEGACY_EVENT_COLUMNS: readonly EventColumn[] = VELOCITY_EVENTS_SCHEMA.columns
  .filter(({ name }) => !OURS.has(name))
  .map((stored) => ({ legacy: RENAMED[stored.name] ?? stored.name, stored }));

/** Events as a table, ready for `tableFromRows` of `@kym/zarr-store`. */
export interface VelocityEventsTable {
  readonly schema: TableSchema;
  readonly rows: readonly Readonly<Record<string, CellValue>>[];
}

/**
 * Makes the rows of `velocity_events/events`, in the file's order. Missing, null and NaN values become NULL. An unknown key
 * becomes a text column of canonical JSON, named like the key, or `legacy_<key>` if a column already has that name.
 * @throws {LegacyIoError} `invalid_file`, with the place, for a value of the wrong type
 */
export async function velocityEventsTable(runs: readonly RoiEvents[]): Promise<VelocityEventsTable> {
  const all = runs.flatMap((run) => run.events.map((event) => ({ run, event })));
  const extraKeys = [...new Set(all.flatMap(({ event }) => unknownKeys(event)))];
  const extraColumns = extraKeys.map(
    (key): EventColumn => ({ legacy: key, stored: { name: extraName(key), type: "utf8" } }),
  );
  const ids = new Map<string, number>();
  const rows: Readonly<Record<string, CellValue>>[] = [];
  for (const { run, event } of all) {
    const id = await legacyEventId(run, event);
    const count = (ids.get(id) ?? 0) + 1;
    ids.set(id, count);
    const eventId = count === 1 ? id : `${id}-${count}`;
    const values = LEGACY_EVENT_COLUMNS.map(({ legacy, stored }): [string, CellValue] => [
      stored.name,
      legacy === COLUMNS.channel ? BigInt(run.channel) : readValue(event, legacy, stored),
    ]);
    const extra = extraColumns.map(({ legacy, stored }): [string, CellValue] => [
      stored.name,
      readExtra(event, legacy),
    ]);
    rows.push(
      Object.fromEntries([
        [COLUMNS.roiId, BigInt(run.roiId)],
        [COLUMNS.eventId, eventId],
        ...values,
        [COLUMNS.peakValue, null],
        ...extra,
      ]),
    );
  }
  return {
    schema: { columns: [...VELOCITY_EVENTS_SCHEMA.columns, ...extraColumns.map(({ stored }) => stored)] },
    rows,
  };
}

/**
 * Makes an id for an event, because legacy files have none. It stays the same when a score, `user_type` or `note` changes.
 *
 * The id is the first 16 hex digits of the SHA-256 of the UTF-8 text `<roi>\n<channel>\n<event_type>\n<t_start>`:
 * - `roi` and `channel` in decimal digits;
 * - `event_type` unchanged, empty if absent;
 * - `t_start` with the digits of the file, `null` if absent.
 *
 * Events of one table with the same id get `-2`, `-3`, … in the file's order.
 */
export async function legacyEventId(run: RoiEvents, event: LegacyEvent): Promise<string> {
  const type = textMember(event.node, COLUMNS.eventType, "event", event.path) ?? "";
  const start = presentMember(event.node, "t_start");
  const startText = start?.kind === "number" ? start.text : "null";
  const bytes = new TextEncoder().encode([run.roiId, run.channel, type, startText].join("\n"));
  return (await portableRuntime().sha256(bytes)).slice(0, EVENT_ID_DIGITS);
}

function readValue(event: LegacyEvent, key: string, column: Column): CellValue {
  switch (column.type) {
    case "float64":
      return numberMember(event.node, key, "event", event.path) ?? null;
    case "int64": {
      const value = integerMember(event.node, key, "event", event.path);
      return value === undefined ? null : BigInt(value);
    }
    case "utf8":
      return textMember(event.node, key, "event", event.path) ?? null;
    default:
      throw new LegacyIoError("invalid_argument", `no event column has the type ${column.type}`, {
        found: column,
      });
  }
}

function unknownKeys(event: LegacyEvent): readonly string[] {
  const known = new Set(LEGACY_EVENT_COLUMNS.map(({ legacy }) => legacy));
  return [...membersOf(event.node, "event", event.path).keys()].filter((key) => !known.has(key));
}

function extraName(key: string): string {
  return VELOCITY_EVENTS_SCHEMA.columns.some(({ name }) => name === key) || key === ""
    ? `legacy_${key}`
    : key;
}

/** The value of an extra key as canonical JSON, which has no NaN: a NaN keeps the file's own spelling. */
function readExtra(event: LegacyEvent, key: string): CellValue {
  const node = membersOf(event.node, "event", event.path).get(key);
  return node === undefined ? null : isNonFinite(node) ? node.text : canonicalJson(node);
}

function isNonFinite(node: JsonNode): node is Extract<JsonNode, { kind: "number" }> {
  return node.kind === "number" && !Number.isFinite(Number(node.text));
}
