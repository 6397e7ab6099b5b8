import type { Column, CsvColumnData, CsvLimits, CsvTable, TableSchema } from "@kym/zarr-store";
import { LegacyIoError } from "../errors.ts";
import { readSidecarCsv } from "./sidecar-csv.ts";

/** A column of the older application's trace CSV, and the one that the dataset keeps for it. */
export interface TraceColumn {
  readonly legacy: string;
  readonly stored: Column;
}

/**
 * The trace columns in the order of the CSV, which is that of the stored table. Map names both ways with it.
 * Source: the formats' page §2.3.
 */
export const LEGACY_TRACE_COLUMNS: readonly TraceColumn[] = [
  { legacy: "roi_id", stored: { name: "roi_id", type: "int64", nullable: false } },
  { legacy: "channel", stored: { name: "channel", type: "int64", nullable: false } },
  {
    legacy: "time",
    stored: {
      name: "time_s",
      type: "float64",
      unit: "s",
      description: "centre of the window, from image start",
    },
  },
  {
    legacy: "velocity",
    stored: {
      name: "velocity_mm_s",
      type: "float64",
      unit: "mm/s",
      description: "as analysed; beyond ±1e6 it stands for an infinite velocity",
    },
  },
  { legacy: "parentFolder", stored: { name: "parent_folder", type: "utf8" } },
  { legacy: "file", stored: { name: "file_name", type: "utf8" } },
  { legacy: "algorithm", stored: { name: "algorithm", type: "utf8" } },
  { legacy: "delx", stored: { name: "um_per_px", type: "float64", unit: "um" } },
  { legacy: "delt", stored: { name: "s_per_line", type: "float64", unit: "s" } },
  { legacy: "numLines", stored: { name: "n_lines", type: "int64" } },
  {
    legacy: "pntsPerLine",
    stored: { name: "px_per_line", type: "int64", description: "the width of the image, not of the ROI" },
  },
  { legacy: "cleanVelocity", stored: { name: "clean_velocity_mm_s", type: "float64", unit: "mm/s" } },
  { legacy: "absVelocity", stored: { name: "abs_velocity_mm_s", type: "float64", unit: "mm/s" } },
];

/** The artifact `radon/velocity`: one row a window, ROIs one after another. */
export const VELOCITY_TRACE_SCHEMA: TableSchema = {
  columns: LEGACY_TRACE_COLUMNS.map(({ stored }) => stored),
};

/** The name of a first column without a title, which is how pandas writes an index. */
const INDEX_COLUMN = "Unnamed: 0";
const FIRST = 1n;
const REQUIRED: readonly string[] = ["time", "velocity"];

/** A trace as columns under their stored names; columns that no rule knows come last, as text. */
export interface VelocityTrace extends CsvTable {
  /** True for the oldest form: no ROI, no channel, one trace of the whole image. */
  readonly isV0: boolean;
}

/**
 * Reads a velocity trace: `_radon.csv`, `_kymanalysis.csv`, or the oldest form, which has no `roi_id` and `channel`
 * (both become 1) and an index instead (dropped if it only counts the rows). Every value is kept as it stands, the
 * ±1e6 sentinel too; an empty cell is NULL.
 * Throws `invalid_file` for what is no CSV, `schema_mismatch` for a missing `time` or `velocity`, and for a cell
 * that is no number, with its line.
 */
export function parseVelocityTrace(bytes: Uint8Array, limits: CsvLimits = {}): VelocityTrace {
  const legacySchema = {
    columns: LEGACY_TRACE_COLUMNS.map(({ legacy, stored }) => ({ ...stored, name: legacy })),
  };
  const asNullable = { columns: legacySchema.columns.map((column) => ({ ...column, nullable: true })) };
  const table = readSidecarCsv(bytes, { ...limits, schema: asNullable });
  for (const name of REQUIRED) {
    if (!Object.hasOwn(table.columns, name)) {
      throw new LegacyIoError("schema_mismatch", `not a velocity trace: it has no column ${name}`, {
        expected: name,
        found: table.schema.columns.map((column) => column.name),
      });
    }
  }
  const known = LEGACY_TRACE_COLUMNS.map(({ legacy, stored }): readonly [Column, CsvColumnData] => {
    return [stored, table.columns[legacy] ?? missingColumn(legacy, table.rowCount)];
  });
  const unknown = table.schema.columns
    .filter(({ name }) => !LEGACY_TRACE_COLUMNS.some(({ legacy }) => legacy === name))
    .filter(({ name }) => !(name === INDEX_COLUMN && countsRows(table.columns[name] ?? [])))
    .map((column): readonly [Column, CsvColumnData] => [column, table.columns[column.name] ?? []]);
  checkCollisions(unknown.map(([{ name }]) => name));
  const all = [...known, ...unknown];
  return {
    isV0: !Object.hasOwn(table.columns, "roi_id"),
    schema: { columns: all.map(([column]) => column) },
    columns: Object.fromEntries(all.map(([column, data]) => [column.name, withDefault(column.name, data)])),
    rowCount: table.rowCount,
  };
}

function missingColumn(legacy: string, rowCount: number): CsvColumnData {
  return legacy === "roi_id" || legacy === "channel"
    ? new BigInt64Array(rowCount).fill(FIRST)
    : new Array<null>(rowCount).fill(null);
}

/** An empty channel is channel 1, which is what the files before there were channels mean; a ROI must be said. */
function withDefault(name: string, data: CsvColumnData): CsvColumnData {
  if (!Array.isArray(data) || (name !== "channel" && name !== "roi_id")) {
    return data;
  }
  const row = data.indexOf(null);
  if (name === "roi_id" && row !== -1) {
    throw new LegacyIoError("schema_mismatch", `velocity trace row ${row + 1}: roi_id is empty`, {
      found: null,
    });
  }
  return data.map((value: unknown) => (typeof value === "bigint" ? value : FIRST));
}

function countsRows(index: CsvColumnData): boolean {
  return [...index].every((value, row) => value === String(row));
}

function checkCollisions(unknown: readonly string[]): void {
  const stored = unknown.find((name) => LEGACY_TRACE_COLUMNS.some((column) => column.stored.name === name));
  if (stored !== undefined) {
    throw new LegacyIoError(
      "schema_mismatch",
      `velocity trace: ${stored} is the dataset's name, not the CSV's`,
      {
        found: stored,
      },
    );
  }
}
