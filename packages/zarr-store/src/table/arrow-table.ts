/** Arrow tables of our column types: made from rows or columns, read, joined, filtered and sorted. */
export type { ColumnData } from "./build-column.ts";
export { normalizeTable } from "./normalize-table.ts";
export { type RowRun, rowRunsOf } from "./row-runs.ts";
export { columnOf, rowsOf } from "./rows-of.ts";
export { type RowRange, spliceRows } from "./splice-rows.ts";
export { addColumns, selectColumns } from "./table-columns.ts";
export { emptyTable, tableFromColumns, tableFromRows } from "./table-from-rows.ts";
export { concatTables, filterRows, sortRowsBy, takeRows } from "./table-rows.ts";
