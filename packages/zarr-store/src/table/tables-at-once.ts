// The functions that make tables, for callers that load nothing before. A bundle that uses one has Arrow from its start.

import type { Table } from "apache-arrow";
import { ensureArrow } from "#arrow-now";
import type { ColumnData } from "./columns/build-column.ts";
import { type RowRange, spliceRows as splice } from "./rows/splice-rows.ts";
import { tableFromColumns as fromColumns, tableFromRows as fromRows } from "./rows/table-from-rows.ts";
import { filterRows as filter, takeRows as take } from "./rows/table-rows.ts";
import type { Row, TableSchema } from "./table-schema.ts";

/**
 * Makes an Arrow table from rows. A missing key is a null.
 *
 * @example
 * const schema = { columns: [{ name: "id", type: "int64", nullable: false }, { name: "score", type: "float64" }] } as const;
 * tableFromRows([{ id: 1, score: 0.5 }, { id: 9007199254740993n }], schema);
 *
 * @throws {ZarrStoreError} `schema_mismatch`, naming the column and row, for a value that does not fit or a key that is
 * not in the schema; `invalid_argument` if the schema is not valid.
 */
export function tableFromRows(rows: readonly Row[], schema: TableSchema): Table {
  ensureArrow();
  return fromRows(rows, schema);
}

/**
 * Makes an Arrow table from columns, each of `rowCount` rows. Default: the length of the longest array. A column that is
 * not given is all null.
 *
 * @example
 * tableFromColumns({ columns: [{ name: "time_s", type: "float64" }] }, { time_s: Float64Array.of(0, 0.5, 1) });
 *
 * @throws {ZarrStoreError} as {@link tableFromRows}.
 */
export function tableFromColumns(
  schema: TableSchema,
  columns: Readonly<Record<string, ColumnData>>,
  rowCount?: number,
): Table {
  ensureArrow();
  return fromColumns(schema, columns, rowCount);
}

/**
 * Picks the rows at `indices`, in that order. A repeated index repeats its row.
 *
 * @throws {ZarrStoreError} `invalid_argument` for an index outside the table.
 */
export function takeRows(table: Table, indices: ArrayLike<number>): Table {
  ensureArrow();
  return take(table, indices);
}

/**
 * Keeps the rows whose byte in `keep` is not 0, or for whose index `keep` returns true, in their order.
 *
 * @throws {ZarrStoreError} `invalid_argument` if `keep` does not have one byte per row.
 */
export function filterRows(table: Table, keep: Uint8Array | ((row: number) => boolean)): Table {
  ensureArrow();
  return filter(table, keep);
}

/**
 * Joins ranges of rows into a table with the columns of `schema`. Columns are found by name; one that a table lacks is
 * null in its rows.
 *
 * Whole ranges are copied, so replacing a few rows of a large table costs one copy of it and no more.
 *
 * @example
 * spliceRows([{ table, firstRow: 0, rowCount: 5 }, { table: added, firstRow: 0, rowCount: 2 }], schema);
 *
 * @throws {ZarrStoreError} `schema_mismatch` for a column of another type or a null in a column that is not nullable;
 * `invalid_argument` for a range outside its table.
 */
export function spliceRows(ranges: readonly RowRange[], schema: TableSchema): Table {
  ensureArrow();
  return splice(ranges, schema);
}
