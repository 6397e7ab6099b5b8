// Makes a column of the row labels that pandas keeps in the metadata of a file alone.

import type { Table } from "apache-arrow";
import { encodeColumn, tableOfData } from "../columns/arrow-column.ts";
import { pandasRangeIndexOf } from "../columns/foreign/pandas-range-index.ts";
import { schemaOfTable } from "../table-schema.ts";

/** Adds the row labels that pandas kept as a range, as the column that it makes of any other labels. */
export function withRowLabels(table: Table): Table {
  if (!table.schema.metadata.has("pandas")) {
    return table;
  }
  const { columns } = schemaOfTable(table);
  const rowCount = table.numRows;
  const range = pandasRangeIndexOf(table.schema.metadata, {
    columns: columns.map(({ name }) => name),
    rowCount,
  });
  if (range === undefined) {
    return table;
  }
  const { name, start, step } = range;
  const labels = BigInt64Array.from({ length: rowCount }, (_, row) => BigInt(start + row * step));
  const { data } = encodeColumn({ type: "int64", values: labels, valid: undefined });
  const schema = { columns: [...columns, { name, type: "int64" as const }] };
  const metadata = new Map([...table.schema.metadata].filter(([key]) => key !== "pandas"));
  return tableOfData(
    schema,
    [...table.batches.flatMap((batch) => batch.data.children), data],
    rowCount,
    metadata,
  );
}
