// Makes a table from ranges of rows of other tables, for replacing some rows of a large one.

import type { Table } from "apache-arrow";
import { ZarrStoreError } from "../../errors.ts";
import { tableOfColumns } from "../columns/arrow-column.ts";
import { type ColumnBuffers, lengthOf, nullColumn, spliceColumns } from "../columns/column-buffers.ts";
import { readColumn } from "../columns/read-column.ts";
import { type Column, parseTableSchema, type TableSchema } from "../table-schema.ts";

/** A range of adjacent rows of a table. */
export interface RowRange {
  readonly table: Table;
  readonly firstRow: number;
  readonly rowCount: number;
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
  const { columns } = parseTableSchema(schema);
  for (const { table, firstRow, rowCount } of ranges) {
    const end = firstRow + rowCount;
    if (
      !Number.isInteger(firstRow) ||
      !Number.isInteger(rowCount) ||
      firstRow < 0 ||
      rowCount < 0 ||
      end > table.numRows
    ) {
      throw new ZarrStoreError(
        "invalid_argument",
        `no rows ${firstRow} to ${end} in a table of ${table.numRows} rows`,
        { expected: table.numRows, found: end },
      );
    }
  }
  const tables = [...new Set(ranges.map(({ table }) => table))];
  const numRows = ranges.reduce((sum, { rowCount }) => sum + rowCount, 0);
  const buffers = columns.map((column) => {
    const sources = new Map(tables.map((table) => [table, sourceOf(table, column)] as const));
    const parts = ranges.flatMap(({ table, firstRow, rowCount }) => {
      const source = sources.get(table);
      return source === undefined ? [] : [{ source, first: firstRow, count: rowCount }];
    });
    return spliceColumns(parts, column.type);
  });
  return tableOfColumns({ columns }, buffers, numRows);
}

function sourceOf(table: Table, column: Column): ColumnBuffers {
  const index = table.schema.fields.findIndex(({ name }) => name === column.name);
  const vector = index < 0 ? null : table.getChildAt(index);
  if (vector === null) {
    return nullColumn(column.type, table.numRows);
  }
  const found = readColumn(vector, column.name, "the table", "borrowed");
  if (found.type !== column.type || lengthOf(found) !== table.numRows) {
    throw new ZarrStoreError(
      "schema_mismatch",
      `column ${column.name}: expected ${column.type}, found ${found.type}`,
      { path: column.name, expected: column.type, found: found.type },
    );
  }
  return found;
}
