import { COLUMNS, VELOCITY_TRACE_SCHEMA } from "@kym/kym-schema";
import type { Column } from "@kym/zarr-store";
import type { CsvColumnData, CsvLimits, CsvTable } from "@kym/zarr-store/table";
import { LegacyIoError } from "../errors.ts";
import { readSidecarCsv } from "./sidecar-csv.ts";

/** A column of the older application's trace CSV, and the one that the dataset keeps for it. */
export interface TraceColumn {
  readonly legacy: string;
  readonly stored: Column;
}

/** The name in the CSV, where it is not the stored one. */
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

/** The trace columns in the order of the CSV, which is that of the stored table. Map names both ways with it. */
export const LEGACY_TRACE_COLUMNS: readonly TraceColumn[] = VELOCITY_TRACE_SCHEMA.columns.map((stored) => ({
  legacy: LEGACY_NAMES[stored.name] ?? stored.name,
  stored,
}));

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
    isV0: !Object.hasOwn(table.columns, COLUMNS.roiId),
    schema: { columns: all.map(([column]) => column) },
    columns: Object.fromEntries(all.map(([column, data]) => [column.name, withDefault(column.name, data)])),
    rowCount: table.rowCount,
  };
}

function missingColumn(legacy: string, rowCount: number): CsvColumnData {
  return legacy === COLUMNS.roiId || legacy === COLUMNS.channel
    ? new BigInt64Array(rowCount).fill(FIRST)
    : new Array<null>(rowCount).fill(null);
}

/** An empty channel is channel 1, which is what the files before there were channels mean; a ROI must be said. */
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
      `velocity trace: ${stored} is the dataset's name, not the CSV's`,
      {
        found: stored,
      },
    );
  }
}
