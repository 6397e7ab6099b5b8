import { type CellValue, type CsvTextColumn, csvText, type Row } from "@kym/zarr-store";
import type { KymflowEvent } from "../../formats/kymflow/events-json.ts";
import type { KymflowPlace } from "./kymflow-place.ts";

export const RADON_DATABASE = "radon_report_db.csv";
export const EVENT_DATABASE = "kym_event_db.csv";

/** The columns of `radon_report_db.csv` in its order, true for floats. Source: the formats' page §5.1. */
const RADON_COLUMNS: readonly (readonly [name: string, isFloat: boolean])[] = [
  ["roi_id", false],
  ["channel", false],
  ["vel_min", true],
  ["vel_max", true],
  ["vel_mean", true],
  ["vel_std", true],
  ["vel_se", true],
  ["vel_cv", true],
  ["vel_n_nan", false],
  ["vel_n_zero", false],
  ["vel_n_big", false],
  ["users_added_count", false],
  ["users_added_dur_sum", true],
  ["users_added_dur_mean", true],
  ["img_min", false],
  ["img_max", false],
  ["img_mean", true],
  ["img_std", true],
  ["path", false],
  ["file_name", false],
  ["parent_folder", false],
  ["grandparent_folder", false],
  ["rel_path", false],
  ["accepted", false],
  ["treatment", false],
  ["condition", false],
  ["date", false],
  ["_unique_row_id", false],
];

/** The columns of `kym_event_db.csv` in its order. Source: the formats' page §2.7. */
const EVENT_COLUMNS: readonly (readonly [name: string, isFloat: boolean])[] = [
  ["roi_id", false],
  ["channel", false],
  ["rel_path", false],
  ["parent_folder", false],
  ["grandparent_folder", false],
  ["event_type", false],
  ["i_start", false],
  ["i_peak", false],
  ["i_end", false],
  ["t_start", true],
  ["t_peak", true],
  ["t_end", true],
  ["score_peak", true],
  ["baseline_before", true],
  ["baseline_after", true],
  ["strength", true],
  ["nan_fraction_in_event", true],
  ["n_valid_in_event", false],
  ["duration_sec", true],
  ["machine_type", false],
  ["user_type", false],
  ["note", false],
  ["accepted", false],
  ["_unique_row_id", false],
  ["path", false],
];

/** Rounded to three decimals there. The formats' page §5.2. */
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

/** What an image adds to the tables of a folder. */
export interface DatabaseImage {
  readonly place: KymflowPlace;
  readonly accepted: boolean;
  readonly events: readonly KymflowEvent[];
  /** Rows of `kym_radon`. */
  readonly radonRows: readonly Row[];
}

/** `radon_report_db.csv`: one row an image and ROI, of the rows of `kym_radon`. */
export function radonDatabaseCsv(images: readonly DatabaseImage[]): Uint8Array<ArrayBuffer> {
  const rows = images.flatMap(({ place, radonRows }) =>
    radonRows.map(
      (row): Row => ({
        ...row,
        ...placeCells(place),
        file_name: place.stem,
        _unique_row_id: `${place.path}|${row["roi_id"]}`,
      }),
    ),
  );
  return databaseCsv(RADON_COLUMNS, rows);
}

/** `kym_event_db.csv`: one row an event; `_unique_row_id` counts the events of each ROI. */
export function eventDatabaseCsv(images: readonly DatabaseImage[]): Uint8Array<ArrayBuffer> {
  const rows = images.flatMap(({ place, accepted, events }) => {
    const counts = new Map<number, number>();
    return events.map(({ roiId, channel, cells }): Row => {
      const index = counts.get(roiId) ?? 0;
      counts.set(roiId, index + 1);
      return {
        ...Object.fromEntries([...cells].map(([key, value]) => [key, databaseCell(key, value)])),
        ...placeCells(place),
        roi_id: BigInt(roiId),
        channel: BigInt(channel),
        accepted,
        _unique_row_id: `${place.path}|${roiId}|${index}`,
      };
    });
  });
  return databaseCsv(EVENT_COLUMNS, rows);
}

function placeCells({ path, relPath, parentFolder, grandparentFolder }: KymflowPlace): Row {
  return { path, rel_path: relPath, parent_folder: parentFolder, grandparent_folder: grandparentFolder };
}

function databaseCell(key: string, value: CellValue): CellValue {
  return typeof value === "number" && ROUNDED.has(key) ? roundTo3(value) : value;
}

/** As Python's `round(value, 3)`: to the nearest, ties to even, of the exact binary value. */
export function roundTo3(value: number): number {
  const scaled = value * 1000;
  // A tie is an odd multiple of 1/16, and its thousandfold is exact.
  const isTie = Number.isInteger(value * 16) && Math.abs(scaled % 1) === 0.5;
  if (isTie) {
    return (2 * Math.round(scaled / 2)) / 1000;
  }
  return Math.abs(value) < 1e20 ? Number(value.toFixed(3)) : value;
}

function databaseCsv(
  columns: readonly (readonly [name: string, isFloat: boolean])[],
  rows: readonly Row[],
): Uint8Array<ArrayBuffer> {
  const filled = columns.map(([name, isFloat]): CsvTextColumn => {
    return { name, isFloat, values: rows.map((row) => row[name] ?? null) };
  });
  return new TextEncoder().encode(csvText(filled, rows.length, "pandas"));
}
