// Makes Arrow tables from rows or columns of JavaScript values.

import type { Table } from "apache-arrow";
import { ZarrStoreError } from "../../errors.ts";
import { tableOfColumns } from "../columns/arrow-column.ts";
import { buildColumn, type ColumnData } from "../columns/build-column.ts";
import type { ColumnBuffers } from "../columns/column-buffers.ts";
import {
  type CellValue,
  type Column,
  parseTableSchema,
  type Row,
  type TableSchema,
} from "../table-schema.ts";

/**
 * Makes an Arrow table from rows. A missing key is a null.
 *
 * @example
 * const schema = { columns: [{ name: "id", type: "int64", nullable: false }, { name: "score", type: "float64" }] } as const;
 * tableFromRows([{ id: 1, score: 0.5 }, { id: 9007199254740993n }], schema);
 *
 * @throws {ZarrStoreError} `schema_mismatch`, naming the column and row, for a value that does not fit or a key that is
 * not in the schema; `invalid_argument` if the schema is not valid.
 */
export function tableFromRows(rows: readonly Row[], schema: TableSchema): Table {
  const { columns } = parseTableSchema(schema);
  const cells = columns.map(() => new Array<CellValue | undefined>(rows.length).fill(null));
  const cellsByName = new Map(columns.map(({ name }, index) => [name, cells[index]]));
  for (const [row, values] of rows.entries()) {
    for (const name of Object.keys(values)) {
      const target = cellsByName.get(name);
      if (target === undefined) {
        throw unknownColumn(name, `, row ${row}`);
      }
      target[row] = values[name];
    }
  }
  const buffers = columns.map((column, index) => buildColumn(column, cells[index] ?? [], rows.length));
  return tableOfColumns({ columns }, buffers, rows.length);
}

/**
 * Makes an Arrow table from columns, each of `rowCount` rows. Default: the length of the longest array. A column that is
 * not given is all null.
 *
 * @example
 * tableFromColumns({ columns: [{ name: "time_s", type: "float64" }] }, { time_s: Float64Array.of(0, 0.5, 1) });
 *
 * @throws {ZarrStoreError} as {@link tableFromRows}.
 */
export function tableFromColumns(
  schema: TableSchema,
  columns: Readonly<Record<string, ColumnData>>,
  rowCount: number = longest(columns),
): Table {
  const parsed = parseTableSchema(schema);
  const buffers = buildColumns(parsed.columns, columns, rowCount);
  return tableOfColumns(parsed, buffers, rowCount);
}

/**
 * Checks and copies the values of several columns. A column that is not given is all null.
 *
 * @throws {ZarrStoreError} `schema_mismatch`, as {@link tableFromColumns}.
 */
export function buildColumns(
  columns: readonly Column[],
  data: Readonly<Record<string, ColumnData>>,
  rowCount: number,
): readonly ColumnBuffers[] {
  const extra = Object.keys(data).find((name) => columns.every((column) => column.name !== name));
  if (extra !== undefined) {
    throw unknownColumn(extra);
  }
  return columns.map((column) => {
    const given = Object.hasOwn(data, column.name) ? data[column.name] : undefined;
    return buildColumn(column, given ?? { constant: null }, rowCount);
  });
}

function longest(columns: Readonly<Record<string, ColumnData>>): number {
  return Object.values(columns).reduce((most, data) => Math.max(most, "length" in data ? data.length : 0), 0);
}

/** Makes a table with the columns of a schema and no rows. */
export function emptyTable(schema: TableSchema): Table {
  return tableFromRows([], schema);
}

function unknownColumn(name: string, place = ""): ZarrStoreError {
  return new ZarrStoreError("schema_mismatch", `column ${name}${place}: the schema has no such column`, {
    path: name,
    expected: "a column of the schema",
    found: name,
  });
}
