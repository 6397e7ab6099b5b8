// Calls the columns of a table by the names that a program knows, where another program spelled them otherwise.

import type { Table } from "apache-arrow";
import { withSchema } from "../columns/arrow-column.ts";
import { schemaOfTable } from "../table-schema.ts";
import { columnsOfTitles } from "./title-key.ts";

/**
 * Returns a table whose columns have the given names where they mean them: `Image ID` is `image_id`. An exact spelling wins.
 * Otherwise a name means a column if only capitals, blanks, `_`, `-`, `.` or composed accents differ, and nothing else can be
 * meant. Data are not copied; a table in which nothing is spelled otherwise is returned as it is.
 *
 * @param table of one batch, as `loadParquet` and `loadCsvGz` return it
 * @throws {ZarrStoreError} `not_supported` for a column that is not of our types
 */
export function withColumnNames(table: Table, names: readonly string[]): Table {
  const meant = columnsOfTitles(
    table.schema.fields.map(({ name }) => name),
    names,
  );
  if (meant.size === 0) {
    return table;
  }
  const columns = schemaOfTable(table).columns.map((column) => ({
    ...column,
    name: meant.get(column.name) ?? column.name,
  }));
  return withSchema(table, { columns }, table.schema.metadata);
}
