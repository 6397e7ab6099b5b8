// Writes the two tables of a folder that the older application keeps: `radon_report_db.csv` and `kym_event_db.csv`.

import { COLUMNS, RADON_COLUMNS } from "@kym/kym-schema";
import type { CellValue, Row } from "@kym/zarr-store";
import { type CsvTextColumn, csvText } from "@kym/zarr-store/table/reading";
import { EVENT_KEYS, type KymflowEvent } from "../../formats/kymflow/events-json.ts";
import { LEGACY_EVENT_COLUMNS } from "../../formats/velocity-events.ts";
import type { KymflowPlace } from "./kymflow-place.ts";

export const RADON_DATABASE = "radon_report_db.csv";
export const EVENT_DATABASE = "kym_event_db.csv";

type DatabaseColumn = readonly [name: string, isFloat: boolean];

const PATH: DatabaseColumn = ["path", false];
const ROW_ID: DatabaseColumn = ["_unique_row_id", false];
const FLOATS: ReadonlySet<string> = new Set(
  LEGACY_EVENT_COLUMNS.filter(({ stored }) => stored.type === "float64").map(({ legacy }) => legacy),
);

/** The columns of `radon_report_db.csv` in order: those of `kym_radon` without the analysis state, plus path and row id. */
const RADON_DATABASE_COLUMNS: readonly DatabaseColumn[] = [
  ...RADON_COLUMNS.flatMap(({ name, type }): readonly DatabaseColumn[] => {
    switch (name) {
      case COLUMNS.analysisState:
        return [];
      case COLUMNS.fileName:
        return [PATH, [name, false]];
      default:
        return [[name, type === "float64"]];
    }
  }),
  ROW_ID,
];

/** The columns of `kym_event_db.csv` in order. */
const EVENT_DATABASE_COLUMNS: readonly DatabaseColumn[] = [
  [COLUMNS.roiId, false],
  [COLUMNS.channel, false],
  [COLUMNS.relPath, false],
  [COLUMNS.parentFolder, false],
  [COLUMNS.grandparentFolder, false],
  ...EVENT_KEYS.map((key): DatabaseColumn => [key, FLOATS.has(key)]),
  [COLUMNS.accepted, false],
  ROW_ID,
  PATH,
];

/** Columns that the older application rounds to three decimals in `kym_event_db.csv`. */
const ROUNDED: ReadonlySet<string> = new Set([
  "t_start",
  "t_peak",
  "t_end",
  "score_peak",
  "baseline_before",
  "baseline_after",
  "strength",
  "duration_sec",
]);

/** The data of one image for the tables of a folder. */
export interface DatabaseImage {
  readonly place: KymflowPlace;
  readonly accepted: boolean;
  readonly events: readonly KymflowEvent[];
  /** Rows of `kym_radon`. */
  readonly radonRows: readonly Row[];
}

/** Writes `radon_report_db.csv` from the rows of `kym_radon`: one row for each image and ROI. */
export function radonDatabaseCsv(images: readonly DatabaseImage[]): Uint8Array<ArrayBuffer> {
  const rows = images.flatMap(({ place, radonRows }) =>
    radonRows.map(
      (row): Row => ({
        ...row,
        ...placeCells(place),
        [COLUMNS.fileName]: place.stem,
        _unique_row_id: `${place.path}|${row[COLUMNS.roiId]}`,
      }),
    ),
  );
  return databaseCsv(RADON_DATABASE_COLUMNS, rows);
}

/** Writes `kym_event_db.csv`, one row per event. `_unique_row_id` counts the events of each ROI. */
export function eventDatabaseCsv(images: readonly DatabaseImage[]): Uint8Array<ArrayBuffer> {
  const rows = images.flatMap(({ place, accepted, events }) => {
    const counts = new Map<number, number>();
    return events.map(({ roiId, channel, cells }): Row => {
      const index = counts.get(roiId) ?? 0;
      counts.set(roiId, index + 1);
      return {
        ...Object.fromEntries([...cells].map(([key, value]) => [key, databaseCell(key, value)])),
        ...placeCells(place),
        [COLUMNS.roiId]: BigInt(roiId),
        [COLUMNS.channel]: BigInt(channel),
        [COLUMNS.accepted]: accepted,
        _unique_row_id: `${place.path}|${roiId}|${index}`,
      };
    });
  });
  return databaseCsv(EVENT_DATABASE_COLUMNS, rows);
}

function placeCells({ path, relPath, parentFolder, grandparentFolder }: KymflowPlace): Row {
  return {
    path,
    [COLUMNS.relPath]: relPath,
    [COLUMNS.parentFolder]: parentFolder,
    [COLUMNS.grandparentFolder]: grandparentFolder,
  };
}

function databaseCell(key: string, value: CellValue): CellValue {
  return typeof value === "number" && ROUNDED.has(key) ? roundTo3(value) : value;
}

/** Rounds like Python's `round(value, 3)`: the exact binary value to the nearest, ties to even. */
export function roundTo3(value: number): number {
  const scaled = value * 1000;
  // A tie is an odd multiple of 1/16, and a thousand times it is exact.
  const isTie = Number.isInteger(value * 16) && Math.abs(scaled % 1) === 0.5;
  if (isTie) {
    return (2 * Math.round(scaled / 2)) / 1000;
  }
  return Math.abs(value) < 1e20 ? Number(value.toFixed(3)) : value;
}

function databaseCsv(columns: readonly DatabaseColumn[], rows: readonly Row[]): Uint8Array<ArrayBuffer> {
  const filled = columns.map(([name, isFloat]): CsvTextColumn => {
    return { name, isFloat, values: rows.map((row) => row[name] ?? null) };
  });
  return new TextEncoder().encode(csvText(filled, rows.length, "pandas"));
}
