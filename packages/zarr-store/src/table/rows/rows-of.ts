// Reads the rows and cells of an Arrow table as JavaScript values.

import type { Table } from "apache-arrow";
import { ZarrStoreError } from "../../errors.ts";
import type { ColumnBuffers } from "../columns/column-buffers.ts";
import { readColumn, readColumns } from "../columns/read-column.ts";
import { unpackStrings } from "../columns/utf8-strings.ts";
import type { CellValue, Row } from "../table-schema.ts";

/**
 * Yields the rows as objects, in order: int64 as bigint, missing values as null.
 *
 * @example
 * for (const { image_id, area_px } of rowsOf(await dataset.loadTable("cells"))) {
 *   console.log(image_id, area_px);
 * }
 *
 * @throws {ZarrStoreError} `not_supported` as {@link normalizeTable}.
 */
export function* rowsOf(table: Table): IterableIterator<Row> {
  const names = table.schema.fields.map((field) => field.name);
  const columns = readColumns(table, "the table", "borrowed").map(cellsOf);
  for (let row = 0; row < table.numRows; row += 1) {
    const cells: Record<string, CellValue> = {};
    for (let index = 0; index < names.length; index += 1) {
      const name = names[index] ?? "";
      const value = columns[index]?.[row] ?? null;
      if (name === "__proto__") {
        Object.defineProperty(cells, name, { value, writable: true, enumerable: true, configurable: true });
      } else {
        cells[name] = value;
      }
    }
    yield cells;
  }
}

/**
 * Returns the values of one column, missing ones as null.
 *
 * @throws {ZarrStoreError} `schema_mismatch` if there is no such column.
 */
export function columnOf(table: Table, name: string): readonly CellValue[] {
  return cellsOf(columnBuffersOf(table, name));
}

/**
 * Returns the buffers of a column, borrowed from the table.
 *
 * @throws {ZarrStoreError} `schema_mismatch` if there is no such column.
 */
export function columnBuffersOf(table: Table, name: string): ColumnBuffers {
  const index = table.schema.fields.findIndex((field) => field.name === name);
  const vector = index < 0 ? null : table.getChildAt(index);
  if (vector === null) {
    const found = table.schema.fields.map((field) => field.name);
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
  return readColumn(vector, name, "the table", "borrowed");
}

function cellsOf(column: ColumnBuffers): readonly CellValue[] {
  if (column.type === "utf8") {
    return unpackStrings(column);
  }
  const { type, values } = column;
  const cells = new Array<CellValue>(values.length);
  for (let row = 0; row < values.length; row += 1) {
    cells[row] = type === "bool" ? values[row] === 1 : (values[row] ?? null);
  }
  for (let row = column.valid?.indexOf(0) ?? -1; row >= 0; row = column.valid?.indexOf(0, row + 1) ?? -1) {
    cells[row] = null;
  }
  return cells;
}
