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
  for (const title of [CHANNEL, ROI_ID, ...REQUIRED[name]]) {
    if (!Object.hasOwn(table.columns, title)) {
      throw new LegacyIoError("schema_mismatch", `not acqstore's table ${name}: it has no column ${title}`, {
        expected: title,
        found: table.schema.columns.map((column) => column.name),
      });
    }
  }
  return {
    name,
    table,
    roiIds: wholeCells(table.columns[ROI_ID] ?? [], ROI_ID, 1n, MOST_ROI_ID),
    channels: wholeCells(table.columns[CHANNEL] ?? [], CHANNEL, 0n, MOST_CHANNEL).map(
      (channel) => channel + 1,
    ),
  };
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
