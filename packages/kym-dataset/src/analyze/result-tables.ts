// The table of one kind of an image: the rows of ROIs that stay, and those that were computed.

import { analysisRunKey, COLUMNS, VELOCITY_EVENTS_SCHEMA } from "@kym/kym-schema";
import {
  FLOW_DIAMETER_SCHEMA,
  FLOW_HEART_RATE_COLUMNS,
  FLOW_LSPIV_SCHEMA,
  FLOW_VELOCITY_SCHEMA,
} from "@kym/kym-schema/flow";
import type { CellValue, TableSchema } from "@kym/zarr-store";
import { type RowRange, spliceRows, tableFromColumns } from "@kym/zarr-store/table/lazy";
import { columnOf } from "@kym/zarr-store/table/reading";
import type { Table } from "apache-arrow";
import type { AnalysisKind } from "./compute/analysis-kind.ts";
import type { KindResult } from "./compute/analysis-task.ts";

/** The columns of each kind's table. */
export const RESULT_SCHEMAS: Readonly<Record<AnalysisKind, TableSchema>> = {
  velocity: FLOW_VELOCITY_SCHEMA,
  lspiv: FLOW_LSPIV_SCHEMA,
  events: VELOCITY_EVENTS_SCHEMA,
  heartRate: { columns: FLOW_HEART_RATE_COLUMNS },
  diameter: FLOW_DIAMETER_SCHEMA,
};

/** Makes the table of a result, which is of one ROI and channel. Needs `loadArrow`. */
export function tableOfResult(
  { kind, rowCount, columns }: KindResult,
  { roiId, channel }: { readonly roiId: number; readonly channel: number },
): Table {
  return tableFromColumns(
    RESULT_SCHEMAS[kind],
    {
      [COLUMNS.roiId]: { constant: BigInt(roiId) },
      [COLUMNS.channel]: { constant: BigInt(channel) },
      ...columns,
    },
    rowCount,
  );
}

/** Where a ROI's rows in one channel come from. */
export interface RowsOfRoi {
  readonly roiId: number;
  readonly channel: number;
  readonly ranges: readonly RowRange[];
}

/** The rows of each ROI and channel of a stored table, by `analysisRunKey`. */
export function rowsByRoi(table: Table): ReadonlyMap<string, RowsOfRoi> {
  const [roiIds, channels] = [columnOf(table, COLUMNS.roiId), columnOf(table, COLUMNS.channel)];
  const found = new Map<string, { roiId: number; channel: number; ranges: RowRange[] }>();
  let first = 0;
  for (let row = 1; row <= table.numRows; row++) {
    if (row < table.numRows && roiIds[row] === roiIds[first] && channels[row] === channels[first]) {
      continue;
    }
    const [roiId, channel] = [numberOf(roiIds[first]), numberOf(channels[first])];
    const key = analysisRunKey(roiId, channel);
    const known = found.get(key) ?? { roiId, channel, ranges: [] };
    known.ranges.push({ table, firstRow: first, rowCount: row - first });
    found.set(key, known);
    first = row;
  }
  return found;
}

/** Joins the rows of ROIs, in the order of ROI, then channel. Needs `loadArrow`. */
export function joinRows(kind: AnalysisKind, rows: Iterable<RowsOfRoi>): Table {
  const inOrder = [...rows].sort((a, b) => a.roiId - b.roiId || a.channel - b.channel);
  return spliceRows(
    inOrder.flatMap(({ ranges }) => ranges),
    RESULT_SCHEMAS[kind],
  );
}

function numberOf(cell: CellValue | undefined): number {
  return typeof cell === "bigint" || typeof cell === "number" ? Number(cell) : 0;
}
