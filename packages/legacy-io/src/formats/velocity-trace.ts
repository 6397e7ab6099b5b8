// Reads velocity traces: the CSV files with one row per analysis window.

import { COLUMNS, VELOCITY_TRACE_SCHEMA } from "@kym/kym-schema";
import type { Column } from "@kym/zarr-store";
import type { CsvColumnData, CsvLimits, CsvTable } from "@kym/zarr-store/table/reading";
import { LegacyIoError } from "../errors.ts";
import { readSidecarCsv } from "./sidecar-csv.ts";

/** A column of the older application's trace CSV, and the dataset's column for it. */
export interface TraceColumn {
  readonly legacy: string;
  readonly stored: Column;
}

/** Names in the CSV that differ from the stored ones. */
const LEGACY_NAMES: Readonly<Record<string, string>> = {
  [COLUMNS.time]: "time",
  [COLUMNS.velocity]: "velocity",
  [COLUMNS.parentFolder]: "parentFolder",
  [COLUMNS.fileName]: "file",
  [COLUMNS.umPerPx]: "delx",
  [COLUMNS.secondsPerLine]: "delt",
  [COLUMNS.nLines]: "numLines",
  [COLUMNS.pxPerLine]: "pntsPerLine",
  [COLUMNS.cleanVelocity]: "cleanVelocity",
  [COLUMNS.absVelocity]: "absVelocity",
};

/** The trace columns, in the order of the CSV and of the stored table, to translate names both ways. */
export const LEGACY_TRACE_COLUMNS: readonly TraceColumn[] = VELOCITY_TRACE_SCHEMA.columns.map((stored) => ({
  legacy: LEGACY_NAMES[stored.name] ?? stored.name,
  stored,
}));

/** Our name for a first column without a title: pandas writes its index so. */
const INDEX_COLUMN = "Unnamed: 0";
const FIRST = 1n;
const REQUIRED: readonly string[] = ["time", "velocity"];

/** A trace as columns under their stored names. Unknown columns come last, as text. */
export interface VelocityTrace extends CsvTable {
  /** True for the oldest form: one trace of the whole image, without ROI and channel. */
  readonly isV0: boolean;
}

/**
 * Reads a velocity trace: `_radon.csv`, `_kymanalysis.csv`, or the oldest form.
 * - No value is changed, not even the placeholder velocities beyond ±1e6. An empty cell is NULL.
 * - The oldest form has no `roi_id` and no `channel`; both become 1.
 * - A first column without a title is dropped if it only counts the rows.
 * @throws {LegacyIoError} `invalid_file` if the bytes are not CSV
 * @throws {LegacyIoError} `schema_mismatch` if `time` or `velocity` is missing, a `roi_id` is empty, or a cell is not a
 * number (with its line)
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
    isV0: !Object.hasOwn(table.columns, COLUMNS.roiId),
    schema: { columns: all.map(([column]) => column) },
    columns: Object.fromEntries(all.map(([column, data]) => [column.name, withDefault(column.name, data)])),
    rowCount: table.rowCount,
    ...(table.assumedEncoding !== undefined && { assumedEncoding: table.assumedEncoding }),
  };
}

function missingColumn(legacy: string, rowCount: number): CsvColumnData {
  return legacy === COLUMNS.roiId || legacy === COLUMNS.channel
    ? new BigInt64Array(rowCount).fill(FIRST)
    : new Array<null>(rowCount).fill(null);
}

/** An empty channel means channel 1, because older files have no channels. An empty ROI is an error. */
function withDefault(name: string, data: CsvColumnData): CsvColumnData {
  if (!Array.isArray(data) || (name !== COLUMNS.channel && name !== COLUMNS.roiId)) {
    return data;
  }
  const row = data.indexOf(null);
  if (name === COLUMNS.roiId && row !== -1) {
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
      `velocity trace: a column of the CSV is called ${stored}, the dataset's name for another one`,
      {
        found: stored,
      },
    );
  }
}
