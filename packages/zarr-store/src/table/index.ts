/**
 * Arrow tables with a schema: their columns and rows, and how they are read from and written to Parquet and CSV.
 *
 * @module
 */

export {
  type ColumnData,
  columnOf,
  filterRows,
  type RowRange,
  type RowRun,
  rowRunsOf,
  spliceRows,
  tableFromColumns,
  takeRows,
} from "./arrow-table.ts";
export type { CsvLimits } from "./csv/csv-cells.ts";
export type { CsvColumnData } from "./csv/csv-column.ts";
export type { CsvDialect } from "./csv/csv-dialect.ts";
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
export { assertTableMatches, parseTableSchema, schemaOfTable } from "./table-schema.ts";
