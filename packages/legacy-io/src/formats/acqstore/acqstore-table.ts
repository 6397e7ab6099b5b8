// Reads acqstore's tables `<stem>.tif.<analysis>.csv`, which hold the rows of all ROIs and channels of one analysis.

import type { Column, ColumnType } from "@kym/zarr-store";
import type { CsvColumnData, CsvTable } from "@kym/zarr-store/table/reading";
import { LegacyIoError } from "../../errors.ts";
import { readSidecarCsv } from "../sidecar-csv.ts";

/** The analyses that have a table. */
export type AcqstoreTableName = "radon_velocity" | "diameter" | "sum_intensity";

/** A table as its file has it, and whose each row is. */
export interface AcqstoreTable {
  readonly name: AcqstoreTableName;
  readonly table: CsvTable;
  /** By row, from 1. */
  readonly roiIds: readonly number[];
  /** By row, from 1; acqstore counts from 0. */
  readonly channels: readonly number[];
}

/** The titles of the columns, by their types. A column of another title is text. */
const TITLES: Readonly<Record<AcqstoreTableName, Readonly<Partial<Record<ColumnType, readonly string[]>>>>> =
  {
    radon_velocity: { float64: ["time_s", "time_index", "theta_deg", "velocity"] },
    diameter: {
      float64: [
        ...["time_s", "center_row", "left_edge_px", "right_edge_px", "left_edge_um", "right_edge_um"],
        ...["diameter_px", "diameter_um", "diameter_px_filt", "diameter_um_filt", "peak", "baseline"],
        ...["sum_intensity", "edge_strength_left", "edge_strength_right", "qc_score"],
      ],
      bool: ["diameter_was_filtered", "qc_edge_violation", "qc_diameter_violation", "qc_center_violation"],
    },
    sum_intensity: {
      float64: [
        ...["time_index", "time_sec", "sum_intensity", "norm_sum_intensity", "filtered_norm_sum_intensity"],
        ...["detrended_norm_sum_intensity", "f0_baseline", "df_f_signal", "d_df_f_signal"],
        ...["onset_index", "peak_id"],
      ],
      bool: ["is_onset", "is_peak"],
    },
  };

/** Without these, nothing is known of a row. */
const REQUIRED: Readonly<Record<AcqstoreTableName, readonly string[]>> = {
  radon_velocity: ["time_s", "theta_deg"],
  diameter: ["time_s"],
  sum_intensity: ["time_sec"],
};

const [CHANNEL, ROI_ID] = ["channel", "roi_id"];
const [MOST_CHANNEL, MOST_ROI_ID] = [998n, 999_999_999n];

/**
 * Reads a table.
 * @throws {LegacyIoError} `invalid_file` if the bytes are not CSV; `schema_mismatch` for a column that is missing, a cell that is
 * not a number, and a ROI or channel that cannot be one
 */
export function readAcqstoreTable(bytes: Uint8Array, name: AcqstoreTableName): AcqstoreTable {
  const titles = TITLES[name];
  const columns: readonly Column[] = [
    { name: CHANNEL, type: "int64" },
    { name: ROI_ID, type: "int64" },
    ...(["float64", "bool"] as const).flatMap((type) =>
      (titles[type] ?? []).map((title): Column => ({ name: title, type })),
    ),
  ];
  const table = readSidecarCsv(bytes, { schema: { columns } });
  assertColumns(table, name, [CHANNEL, ROI_ID, ...REQUIRED[name]]);
  return {
    name,
    table,
    roiIds: wholeCells(table.columns[ROI_ID] ?? [], ROI_ID, 1n, MOST_ROI_ID),
    channels: wholeCells(table.columns[CHANNEL] ?? [], CHANNEL, 0n, MOST_CHANNEL).map(
      (channel) => channel + 1,
    ),
  };
}

/**
 * Reads a table that lies in a stored image: it has the rows of one ROI and channel, and no columns that say so.
 *
 * @param key the channel, from 0, and the ROI, as the manifest has them
 * @throws as {@link readAcqstoreTable}
 */
export function readStoredTable(
  bytes: Uint8Array,
  name: AcqstoreTableName,
  key: { readonly channel: number; readonly roiId: number },
): AcqstoreTable {
  const titles = TITLES[name];
  const columns = (["float64", "bool"] as const).flatMap((type) =>
    (titles[type] ?? []).map((title): Column => ({ name: title, type })),
  );
  const read = readSidecarCsv(bytes, { schema: { columns } });
  assertColumns(read, name, REQUIRED[name]);
  // A column of ids that is there all the same says nothing that the manifest does not say.
  const schema = {
    columns: read.schema.columns.filter((column) => column.name !== CHANNEL && column.name !== ROI_ID),
  };
  const every = (value: number): readonly number[] => Array.from({ length: read.rowCount }, () => value);
  return { name, table: { ...read, schema }, roiIds: every(key.roiId), channels: every(key.channel + 1) };
}

/** One table with the rows of several of one analysis, in their order. A cell that a table has no column for is empty. */
export function joinedTable(tables: readonly [AcqstoreTable, ...AcqstoreTable[]]): AcqstoreTable {
  const [first] = tables;
  if (tables.length === 1) {
    return first;
  }
  const columns = new Map(
    tables.flatMap(({ table }) => table.schema.columns.map((column) => [column.name, column] as const)),
  );
  const rowCount = tables.reduce((sum, { table }) => sum + table.rowCount, 0);
  const cellsOf = ({ name, type }: Column): CsvColumnData => {
    const cells = tables.flatMap(({ table }): readonly unknown[] => {
      const own: ArrayLike<unknown> = table.columns[name] ?? { length: table.rowCount };
      return Array.from(own, (cell) => cell ?? null);
    });
    switch (type) {
      case "float64":
        return Float64Array.from(cells, (cell) => (typeof cell === "number" ? cell : Number.NaN));
      case "bool":
        return cells.map((cell) => (typeof cell === "boolean" ? cell : null));
      default:
        return cells.map((cell) => (cell === null ? null : String(cell)));
    }
  };
  return {
    name: first.name,
    table: {
      schema: { columns: [...columns.values()] },
      columns: Object.fromEntries([...columns].map(([name, column]) => [name, cellsOf(column)])),
      rowCount,
      assumedEncoding: tables.find(({ table }) => table.assumedEncoding !== undefined)?.table.assumedEncoding,
    },
    roiIds: tables.flatMap(({ roiIds }) => roiIds),
    channels: tables.flatMap(({ channels }) => channels),
  };
}

function assertColumns(table: CsvTable, name: AcqstoreTableName, titles: readonly string[]): void {
  for (const title of titles) {
    if (!Object.hasOwn(table.columns, title)) {
      throw new LegacyIoError("schema_mismatch", `not acqstore's table ${name}: it has no column ${title}`, {
        expected: title,
        found: table.schema.columns.map((column) => column.name),
      });
    }
  }
}

function wholeCells(cells: CsvColumnData, title: string, least: bigint, most: bigint): readonly number[] {
  const known: ArrayLike<unknown> = cells;
  return Array.from(known, (cell, row) => {
    if (typeof cell !== "bigint" || cell < least || cell > most) {
      throw new LegacyIoError(
        "schema_mismatch",
        `row ${row + 1}: expected a whole number from ${least} to ${most} as ${title}, found ${String(cell)}`,
        { expected: `${least} to ${most}`, found: cell },
      );
    }
    return Number(cell);
  });
}
