/**
 * Reads the rows and columns of Arrow tables and of Parquet that is written plainly, and reads and writes CSV. It neither loads Arrow nor brings it into a bundle, and
 * reads the tables of every version of Arrow.
 *
 * @example
 * for (const row of rowsOf(table)) {
 *   console.log(row);
 * }
 *
 * @module
 */

export type { CsvLimits } from "../csv/csv-cells.ts";
export type { CsvColumnData } from "../csv/csv-column.ts";
export { type CsvTable, type ReadCsvOptions, readCsv } from "../csv/read-csv.ts";
export { type CsvTextColumn, csvText } from "../csv/write-csv.ts";
export { type PlainRows, type PlainRowsOptions, plainRowsOf } from "../parquet/plain/plain-rows.ts";
export { type RowRun, rowRunsOf } from "../rows/row-runs.ts";
export { columnOf, rowsOf } from "../rows/rows-of.ts";
export { parseTableSchema, schemaOfTable } from "../table-schema.ts";
