// Joins, picks, filters and sorts the rows of Arrow tables.

import type { Table } from "apache-arrow";
import { ZarrStoreError } from "../../errors.ts";
import { tableOfColumns } from "../columns/arrow-column.ts";
import { concatColumns, takeColumn } from "../columns/column-buffers.ts";
import { readColumns } from "../columns/read-column.ts";
import {
  assertTableMatches,
  type CellValue,
  parseTableSchema,
  schemaOfTable,
  type TableSchema,
} from "../table-schema.ts";
import { columnOf } from "./rows-of.ts";

/**
 * Joins the rows of all tables. Each table must have the columns of `schema`. Default: the columns of the first table; a
 * column is nullable if it is nullable in any table.
 *
 * @throws {ZarrStoreError} `schema_mismatch`, naming the first column that differs; `invalid_argument` if there is
 * neither a table nor a schema.
 */
export function concatTables(tables: readonly Table[], schema: TableSchema = commonSchema(tables)): Table {
  const { columns } = parseTableSchema(schema);
  for (const [index, table] of tables.entries()) {
    assertTableMatches({ columns }, table, `table ${index}`);
  }
  const parts = tables.map((table) => readColumns(table, "the table", "borrowed"));
  const buffers = columns.map(({ type }, index) =>
    concatColumns(
      parts.flatMap((part) => part[index] ?? []),
      type,
    ),
  );
  return tableOfColumns(
    { columns },
    buffers,
    tables.reduce((sum, table) => sum + table.numRows, 0),
  );
}

function commonSchema(tables: readonly Table[]): TableSchema {
  const schemas = tables.map(schemaOfTable);
  const [first] = schemas;
  if (first === undefined) {
    throw new ZarrStoreError("invalid_argument", "expected at least one table, found none");
  }
  const columns = first.columns.map((column, index) => {
    const required = schemas.every((schema) => schema.columns[index]?.nullable === false);
    return { ...column, nullable: !required };
  });
  return { columns };
}

/**
 * Picks the rows at `indices`, in that order. A repeated index repeats its row.
 *
 * @throws {ZarrStoreError} `invalid_argument` for an index outside the table.
 */
export function takeRows(table: Table, indices: ArrayLike<number>): Table {
  const rows = Int32Array.from(indices);
  for (let at = 0; at < rows.length; at += 1) {
    const index = indices[at] ?? -1;
    if (rows[at] !== index || index < 0 || index >= table.numRows) {
      throw new ZarrStoreError("invalid_argument", `no row ${index} in a table of ${table.numRows} rows`, {
        expected: table.numRows,
        found: index,
      });
    }
  }
  const buffers = readColumns(table, "the table", "borrowed").map((column) => takeColumn(column, rows));
  return tableOfColumns(schemaOfTable(table), buffers, rows.length);
}

/**
 * Keeps the rows whose byte in `keep` is not 0, or for whose index `keep` returns true, in their order.
 *
 * @throws {ZarrStoreError} `invalid_argument` if `keep` does not have one byte per row.
 */
export function filterRows(table: Table, keep: Uint8Array | ((row: number) => boolean)): Table {
  if (typeof keep !== "function" && keep.length !== table.numRows) {
    throw new ZarrStoreError("invalid_argument", `expected ${table.numRows} bytes, found ${keep.length}`, {
      expected: table.numRows,
      found: keep.length,
    });
  }
  const indices: number[] = [];
  for (let row = 0; row < table.numRows; row += 1) {
    if (typeof keep === "function" ? keep(row) : keep[row] !== 0) {
      indices.push(row);
    }
  }
  return takeRows(table, indices);
}

/**
 * Sorts the rows by a column, ascending, with nulls last. Equal rows keep their order. Strings are compared by UTF-16
 * code unit, which is the same in every locale.
 *
 * @throws {ZarrStoreError} `schema_mismatch` if there is no such column.
 */
export function sortRowsBy(table: Table, columnName: string): Table {
  const cells = columnOf(table, columnName);
  const indices = Array.from(cells.keys());
  return takeRows(
    table,
    indices.sort((a, b) => compareCells(cells[a] ?? null, cells[b] ?? null)),
  );
}

function compareCells(a: CellValue, b: CellValue): number {
  if (a === null || b === null) {
    return Number(a === null) - Number(b === null);
  }
  return a < b ? -1 : Number(a > b);
}
