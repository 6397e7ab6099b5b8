// The events of acqstore's velocities as a table: times from the start of the image, types as acqstore names them.

import { COLUMNS, VELOCITY_EVENTS_SCHEMA } from "@kym/kym-schema";
import type { CellValue, Column, Row, TableSchema } from "@kym/zarr-store";
import { canonicalJson, getMember, type JsonNode, nodeOf, plainValue } from "@kym/zarr-store/json";
import { LegacyIoError } from "../../errors.ts";
import type { AcqstoreAnalysis } from "../../formats/acqstore/acqstore-analyses.ts";
import {
  integerMember,
  membersOf,
  numberMember,
  presentMember,
  textMember,
  unexpectedNode,
} from "../../formats/json/legacy-json.ts";
import { withoutNonFinite } from "../../formats/json/without-non-finite.ts";
import type { AnalysedImage } from "./acqstore-runs.ts";
import { startOf } from "./placed-tables.ts";

/** The rows of a table, for `tableFromRows`. */
export interface EventRows {
  readonly schema: TableSchema;
  readonly rows: readonly Row[];
}

const WHAT = "acqstore event";
const MOST_EVENTS = 100_000;
/** Statistics of acqstore's own velocities, which are the reciprocal of ours: kept as JSON. */
const STATISTICS: readonly Column[] = ["event_stats", "pre_win_stats", "post_win_stats"].map((name) => ({
  name,
  type: "utf8",
  description: "JSON, of acqstore's own velocities",
}));
const KEYS = { id: "id", start: "x0", end: "x1" } as const;
const SCHEMA: TableSchema = { columns: [...VELOCITY_EVENTS_SCHEMA.columns, ...STATISTICS] };

/**
 * The events of one analysis. An analysis that found none gives no rows, and counts as one.
 * @throws {LegacyIoError} `invalid_file` for an event that cannot be read, or whose id is there twice; `not_supported` for more
 * than 100 000 events
 */
export function eventRows(
  { summary, roiId, channel, path }: AcqstoreAnalysis,
  image: AnalysedImage,
): EventRows {
  const where = `${path}.summary.events`;
  const list = presentMember(summary, "events");
  if (list !== undefined && list.kind !== "array") {
    throw unexpectedNode(WHAT, where, "an array", list);
  }
  const items = list?.items ?? [];
  if (items.length > MOST_EVENTS) {
    throw new LegacyIoError(
      "not_supported",
      `${where} has ${items.length} events; at most ${MOST_EVENTS} are read`,
      {
        expected: MOST_EVENTS,
        found: items.length,
      },
    );
  }
  const offsetS = startOf(roiId, "time", image);
  const ids = new Set<number>();
  const rows = items.map((node, index): Row => {
    const place = `${where}[${index}]`;
    membersOf(node, WHAT, place);
    const id = integerMember(node, KEYS.id, WHAT, place);
    if (id === undefined || id < 1 || ids.has(id)) {
      const expected = id === undefined || id < 1 ? "a whole number from 1" : "another id than those before";
      throw new LegacyIoError("invalid_file", `${WHAT}: expected ${expected} at ${place}.id, found ${id}`, {
        expected,
        found: id,
      });
    }
    ids.add(id);
    const ends = [KEYS.start, KEYS.end].map((key) => timeIn(node, key, place) + offsetS);
    const [startS, endS] = [Math.min(...ends), Math.max(...ends)];
    const values: Readonly<Record<string, CellValue>> = {
      [COLUMNS.roiId]: BigInt(roiId),
      [COLUMNS.eventId]: `acqstore-${roiId}-${channel}-${id}`,
      [COLUMNS.start]: known(startS),
      [COLUMNS.end]: known(endS),
      [COLUMNS.channel]: BigInt(channel),
      [COLUMNS.eventType]: textMember(node, COLUMNS.eventType, WHAT, place) ?? null,
      [COLUMNS.duration]: known(endS - startS),
      ...Object.fromEntries(STATISTICS.map(({ name }) => [name, jsonIn(node, name)])),
    };
    return Object.fromEntries(SCHEMA.columns.map(({ name }) => [name, values[name] ?? null]));
  });
  return { schema: SCHEMA, rows };
}

/** The table of an image in which nothing was looked for yet, to add events to. */
export const NO_EVENTS: EventRows = { schema: SCHEMA, rows: [] };

function timeIn(node: JsonNode, key: string, place: string): number {
  const value = numberMember(node, key, WHAT, place);
  if (value === undefined || !Number.isFinite(value)) {
    throw new LegacyIoError(
      "invalid_file",
      `${WHAT}: expected a time in seconds at ${place}.${key}, found ${value ?? "none"}`,
      { expected: "a number", found: value },
    );
  }
  return value;
}

function known(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}

function jsonIn(node: JsonNode, key: string): string | null {
  const member = withoutNonFinite(getMember(node, key) ?? nodeOf(null));
  return plainValue(member) === null ? null : canonicalJson(member);
}
