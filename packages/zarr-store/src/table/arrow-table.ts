// Arrow tables of our column types: the functions that make, read, join, filter and sort them, in one place.

export type { ColumnData } from "./columns/build-column.ts";
export { normalizeTable } from "./rows/normalize-table.ts";
export { type RowRun, rowRunsOf } from "./rows/row-runs.ts";
export { columnOf, rowsOf } from "./rows/rows-of.ts";
export { type RowRange, spliceRows } from "./rows/splice-rows.ts";
export { addColumns, selectColumns } from "./rows/table-columns.ts";
export { emptyTable, tableFromColumns, tableFromRows } from "./rows/table-from-rows.ts";
export { concatTables, filterRows, sortRowsBy, takeRows } from "./rows/table-rows.ts";
