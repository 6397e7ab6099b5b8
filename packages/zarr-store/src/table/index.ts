/**
 * Arrow tables with a schema: their columns and rows, and how they are read from and written to Parquet and CSV.
 *
 * @module
 */

export type { ColumnData } from "./columns/build-column.ts";
export type { CsvLimits } from "./csv/csv-cells.ts";
export type { CsvColumnData } from "./csv/csv-column.ts";
export type { CsvDialect } from "./csv/csv-dialect.ts";
export { utf8Of as utf8OfCsv } from "./csv/foreign/utf8-of.ts";
export { type CsvTable, type ReadCsvOptions, readCsv } from "./csv/read-csv.ts";
export {
  type CsvTextColumn,
  csvText,
  type WriteCsvOptions,
  writeCsv,
  writeCsvIfPossible,
} from "./csv/write-csv.ts";
export { decodeParquet, encodeParquet } from "./parquet/parquet.ts";
export { decodeParquetParts, type ParquetFile } from "./parquet/parquet-parts.ts";
export { type RowRun, rowRunsOf } from "./rows/row-runs.ts";
export { columnOf } from "./rows/rows-of.ts";
export type { RowRange } from "./rows/splice-rows.ts";
export { assertTableMatches, parseTableSchema, schemaOfTable } from "./table-schema.ts";
export { filterRows, spliceRows, tableFromColumns, takeRows } from "./tables-at-once.ts";
