import type { TableSchema } from "@kym/zarr-store";
import type { CsvLimits } from "./csv-cells.ts";
import { type CsvColumnData, readCsvColumns } from "./csv-column.ts";
import { LegacyIoError } from "./errors.ts";
import { findCsvCells } from "./find-csv-cells.ts";

/** What pandas calls the column that has no name, which is how it writes an index. */
export const UNNAMED_COLUMN = "Unnamed: 0";

export interface ReadCsvOptions extends CsvLimits {
  /**
   * Names and types of the columns. The file's own order is kept; columns that the schema does not know are `utf8`
   * and stand in the result's schema. Without a schema types are found from all cells of a column.
   */
  readonly schema?: TableSchema | undefined;
}

/** A CSV as columns: what `tableFromColumns` of `@kym/zarr-store` takes. */
export interface CsvTable {
  /** The columns in the file's order. */
  readonly schema: TableSchema;
  readonly columns: Readonly<Record<string, CsvColumnData>>;
  readonly rowCount: number;
}

/**
 * Reads a comma-separated table. An empty cell is NULL, `""` is an empty string; in columns of numbers so are
 * `nan`, `NaN`, `NA`, `null` and their like.
 * Throws `invalid_file` with the line for what is no CSV, `schema_mismatch` for a cell that is not of its column's
 * type and for a column of the schema that is not nullable and not there.
 */
export function readCsv(bytes: Uint8Array, options: ReadCsvOptions = {}): CsvTable {
  const cells = findCsvCells(bytes, options);
  const names = cells.header.map((name) => (name === "" ? UNNAMED_COLUMN : name));
  const known = new Map(options.schema?.columns.map((column) => [column.name, column]));
  for (const { name, nullable } of known.values()) {
    if (nullable === false && !names.includes(name)) {
      throw new LegacyIoError("schema_mismatch", `the CSV has no column ${JSON.stringify(name)}`, {
        expected: name,
        found: names,
      });
    }
  }
  const read = readCsvColumns(
    cells,
    names,
    (name) => known.get(name) ?? (options.schema && { name, type: "utf8" }),
  );
  return {
    schema: { columns: read.map(({ column }) => column) },
    columns: Object.fromEntries(read.map(({ column, data }) => [column.name, data])),
    rowCount: cells.rowCount,
  };
}
