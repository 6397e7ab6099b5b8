// Converts an Arrow table of any source to our types.

import type { Table } from "apache-arrow";
import { ZarrStoreError } from "../../errors.ts";
import { encodeColumn, tableOfData } from "../columns/arrow-column.ts";
import { copyNormalizedColumn, normalizedColumnOf } from "../columns/normalized-column.ts";
import { unitReadFrom } from "../columns/read-chunk.ts";
import { columnAt, readColumn } from "../columns/read-column.ts";
import { type Column, parseTableSchema, type TableSchema } from "../table-schema.ts";

/**
 * Copies an Arrow table of any source into our types and one batch. `where` names the table in messages.
 *
 * | Arrow type | becomes |
 * |---|---|
 * | large and view strings, Null | utf8 |
 * | dictionary, with indices of any width | the type of its values |
 * | 8- and 16-bit integers | int32 |
 * | uint32, uint64 | int64 |
 * | float16, float32 | float64 |
 * | timestamp | int64, in nanoseconds since 1970 |
 * | time, duration | int64, in nanoseconds |
 * | date | utf8, as in `2025-07-22` |
 * | decimal of up to 15 digits | float64 |
 * | decimal of more digits | utf8, with all of them |
 * | list | utf8, a list of JSON, as in `[1, 2.5, null]` |
 *
 * NaN becomes NULL, so a float64 column with a NaN becomes nullable.
 *
 * @throws {ZarrStoreError} `not_supported`, naming the column, for another type or a value beyond int64.
 */
export function normalizeTable(table: Table, where = "the table"): Table {
  const children = table.schema.fields.map((field, index) => {
    const vector = columnAt(table, index, where);
    const normal = normalizedColumnOf(vector);
    return normal === undefined
      ? encodeColumn(readColumn(vector, field.name, where))
      : { type: normal.type, data: copyNormalizedColumn(normal) };
  });
  const columns = table.schema.fields.map((field, index): Column => {
    const child = children[index];
    const unit = field.metadata.get("unit") ?? unitReadFrom(field.type);
    const description = field.metadata.get("description");
    return {
      name: field.name,
      type: child?.type ?? "utf8",
      ...(field.nullable || (child?.data.nullCount ?? 0) > 0 ? {} : { nullable: false }),
      ...(unit === undefined ? {} : { unit }),
      ...(description === undefined ? {} : { description }),
    };
  });
  const schema = parseForeignSchema(columns, where);
  return tableOfData(
    schema,
    children.map(({ data }) => data),
    table.numRows,
    table.schema.metadata,
  );
}

function parseForeignSchema(columns: readonly Column[], where: string): TableSchema {
  try {
    return parseTableSchema({ columns });
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new ZarrStoreError("not_supported", `${where}: ${reason}`, { path: where, cause });
  }
}
