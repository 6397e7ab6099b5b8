// Merges two versions of an image's table of events, one event at a time, by what both came from.

import type { CellValue, Column, Row, TableSchema } from "@kym/zarr-store";
import { serializeLossless } from "@kym/zarr-store/json";
import { COLUMNS } from "../columns.ts";
import type { MergeConflict, MergeSide } from "./merge-metadata.ts";

/** A table of events, in stored order. */
export interface EventTable {
  readonly schema: TableSchema;
  readonly rows: readonly Row[];
}

/** The versions of one image's events that are merged. */
export interface EventVersions {
  /** What both came from; undefined if that is not known. */
  readonly base?: EventTable | undefined;
  readonly ours: EventTable;
  readonly theirs: EventTable;
}

/** What became of a merge of events. */
export type EventMerge =
  | {
      readonly outcome: "merged";
      /** Equal to `ours` if nothing was taken. An event in conflict is that of `ours`. */
      readonly merged: EventTable;
      /** Such as `event:3f9c`; the values are rows as JSON. */
      readonly conflicts: readonly MergeConflict[];
      /** The events that are those of `theirs`, because only that side changed them. */
      readonly taken: readonly string[];
    }
  /** Rows cannot be told apart, or cannot stand in one table. */
  | { readonly outcome: "not mergeable"; readonly because: string };

/**
 * Merges two versions of a table of events. Reads and writes nothing.
 *
 * An event is one field, told by its `event_id`. What one side added, changed or deleted is taken. What both changed to different
 * rows is a conflict, and so is one that a side deleted and the other changed. A column that an event lacks says the same as NULL.
 * Events stay in the order of `ours`; those that came are put last. The table has the columns of both.
 *
 * Without a base, events that both have alike pass, and all others are conflicts.
 *
 * @example
 * const merge = mergeEvents({ base, ours, theirs });
 */
export function mergeEvents({ base, ours, theirs }: EventVersions): EventMerge {
  const columns = columnsOfBoth(ours.schema, theirs.schema);
  if (typeof columns === "string") {
    return { outcome: "not mergeable", because: columns };
  }
  const tables = [base, ours, theirs].map((table) => table && eventsById(table));
  const fault = tables.find((table) => typeof table === "string");
  const [was, our, their] = tables;
  if (typeof fault === "string" || !isEvents(our) || !isEvents(their)) {
    return { outcome: "not mergeable", because: String(fault) };
  }
  const before = isEvents(was) ? was : undefined;
  const taken: string[] = [];
  const conflicts: MergeConflict[] = [];
  for (const id of new Set([...our.keys(), ...their.keys()])) {
    const [a, b, o] = [our.get(id), their.get(id), before?.get(id)];
    const [saysA, saysB, saysO] = [said(a), said(b), before && said(o)];
    if (saysA === saysB || saysB === saysO) {
      continue;
    }
    if (saysA === saysO) {
      taken.push(id);
    } else {
      conflicts.push({ field: eventField(id), base: jsonOf(o), ours: jsonOf(a), theirs: jsonOf(b) });
    }
  }
  return {
    outcome: "merged",
    merged: taken.length === 0 ? ours : withEvents(ours, their, new Set(taken), columns),
    conflicts,
    taken: taken.map(eventField),
  };
}

/**
 * Settles conflicts: each event that is chosen as `theirs` becomes that of `theirs`, and all others stay as they are in `ours`.
 *
 * @param choices the side by the name of the field, as `MergeConflict` has it
 * @returns `ours` itself if nothing changes, or if the tables cannot be merged
 */
export function resolveEvents(
  ours: EventTable,
  theirs: EventTable,
  choices: ReadonlyMap<string, MergeSide>,
): EventTable {
  const columns = columnsOfBoth(ours.schema, theirs.schema);
  const [our, their] = [eventsById(ours), eventsById(theirs)];
  if (typeof columns === "string" || !isEvents(our) || !isEvents(their)) {
    return ours;
  }
  const chosen = new Set(
    [...our.keys(), ...their.keys()].filter(
      (id) => choices.get(eventField(id)) === "theirs" && said(our.get(id)) !== said(their.get(id)),
    ),
  );
  return chosen.size === 0 ? ours : withEvents(ours, their, chosen, columns);
}

/** The values of events as JSON text, by the names of their fields; none if rows cannot be told apart. */
export function eventValues(table: EventTable): ReadonlyMap<string, string> {
  const events = eventsById(table);
  return new Map(
    isEvents(events) ? [...events].map(([id, row]) => [eventField(id), jsonOf(row) ?? ""] as const) : [],
  );
}

/** The name of the field that is one event. */
function eventField(id: string): string {
  return `event:${id}`;
}

type Events = ReadonlyMap<string, Row>;

function isEvents(events: Events | string | undefined): events is Events {
  return typeof events === "object";
}

/** The rows by their ids, in order; a text that says why that cannot be. */
function eventsById({ rows }: EventTable): Events | string {
  const events = new Map<string, Row>();
  for (const row of rows) {
    const id = row[COLUMNS.eventId];
    if (typeof id !== "string" || id === "") {
      return `an event has no ${COLUMNS.eventId}`;
    }
    if (events.has(id)) {
      return `two events have the ${COLUMNS.eventId} ${id}`;
    }
    events.set(id, row);
  }
  return events;
}

/** The columns of `ours`, then those that only `theirs` has; a text that says why they do not fit each other. */
function columnsOfBoth(ours: TableSchema, theirs: TableSchema): readonly Column[] | string {
  const other = new Map(theirs.columns.map((column) => [column.name, column]));
  const clash = ours.columns.find(({ name, type }) => (other.get(name)?.type ?? type) !== type);
  if (clash !== undefined) {
    return `the column ${clash.name} is ${clash.type} here and ${other.get(clash.name)?.type} there`;
  }
  const isInBoth = (name: string): boolean =>
    other.has(name) && ours.columns.some((own) => own.name === name);
  const own = new Set(ours.columns.map(({ name }) => name));
  return [...ours.columns, ...theirs.columns.filter(({ name }) => !own.has(name))].map((column) => {
    const { nullable, ...rest } = column;
    const isNeverNull =
      isInBoth(column.name) && nullable === false && other.get(column.name)?.nullable === false;
    return isNeverNull ? { ...rest, nullable: false } : rest;
  });
}

function withEvents(
  ours: EventTable,
  theirs: Events,
  taken: ReadonlySet<string>,
  columns: readonly Column[],
): EventTable {
  const known = new Set(ours.rows.map(idOf));
  const kept = ours.rows.flatMap((row): readonly Row[] => {
    const id = idOf(row);
    const their = theirs.get(id);
    return !taken.has(id) ? [row] : their === undefined ? [] : [their];
  });
  const added = [...theirs].flatMap(([id, row]) => (taken.has(id) && !known.has(id) ? [row] : []));
  return { schema: { columns }, rows: [...kept, ...added].map((row) => filled(row, columns)) };
}

function idOf(row: Row): string {
  return String(row[COLUMNS.eventId]);
}

function filled(row: Row, columns: readonly Column[]): Row {
  return Object.fromEntries(columns.map(({ name }): [string, CellValue] => [name, row[name] ?? null]));
}

/** What an event says; two rows that say the same are equal here. Undefined is an event that is not there. */
function said(row: Row | undefined): string {
  return row === undefined
    ? ""
    : JSON.stringify(
        valuesOf(row)
          .map(([name, value]) => [name, typeof value === "string" ? "text" : "", String(value)])
          .sort(([a = ""], [b = ""]) => (a < b ? -1 : 1)),
      );
}

function jsonOf(row: Row | undefined): string | undefined {
  return row && serializeLossless(Object.fromEntries(valuesOf(row).map(plainCell)), { indent: 0 });
}

/** JSON has no NaN and no infinities. */
function plainCell([name, value]: readonly [string, CellValue]): [string, CellValue] {
  return [name, typeof value === "number" && !Number.isFinite(value) ? String(value) : value];
}

function valuesOf(row: Row): readonly (readonly [string, CellValue])[] {
  return Object.entries(row).flatMap(([name, value]) =>
    value === null || value === undefined ? [] : [[name, value] as const],
  );
}
