// Adds columns to an Arrow table, and selects columns from it.

import type { Table } from "apache-arrow";
import { ZarrStoreError } from "../../errors.ts";
import { tableOfColumns } from "../columns/arrow-column.ts";
import type { ColumnData } from "../columns/build-column.ts";
import { readColumns } from "../columns/read-column.ts";
import { type Column, parseTableSchema, schemaOfTable } from "../table-schema.ts";
import { buildColumns } from "./table-from-rows.ts";

/**
 * Returns a table with more columns at its end. A column without data is all null; `{ constant }` gives all rows one
 * value.
 *
 * @example
 * addColumns(table, [{ name: "image_id", type: "utf8", nullable: false }], { image_id: { constant: id } });
 *
 * @throws {ZarrStoreError} `schema_mismatch` for values that do not fit; `invalid_argument` for a name that is taken.
 */
export function addColumns(
  table: Table,
  columns: readonly Column[],
  data: Readonly<Record<string, ColumnData>> = {},
): Table {
  const schema = parseTableSchema({ columns: [...schemaOfTable(table).columns, ...columns] });
  const added = buildColumns(columns, data, table.numRows);
  return tableOfColumns(schema, [...readColumns(table), ...added], table.numRows);
}

/**
 * Returns a table of the named columns, in the order of the names.
 *
 * @throws {ZarrStoreError} `schema_mismatch`, naming the first column that is missing; `invalid_argument` for a repeated
 * name.
 */
export function selectColumns(table: Table, names: readonly string[]): Table {
  const { columns } = schemaOfTable(table);
  const buffers = readColumns(table);
  const selected = names.map((name) => {
    const index = columns.findIndex((column) => column.name === name);
    const column = columns[index];
    const data = buffers[index];
    if (column === undefined || data === undefined) {
      const found = columns.map((other) => other.name);
      throw new ZarrStoreError(
        "schema_mismatch",
        `no column ${name}, there are ${found.join(", ") || "none"}`,
        {
          path: name,
          expected: name,
          found,
        },
      );
    }
    return { column, data };
  });
  const schema = parseTableSchema({ columns: selected.map(({ column }) => column) });
  return tableOfColumns(
    schema,
    selected.map(({ data }) => data),
    table.numRows,
  );
}
