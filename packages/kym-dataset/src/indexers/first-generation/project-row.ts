// Reduces a row to the closed set of columns of a first-generation table.

import type { Column, Row } from "@kym/zarr-store";

/** Takes each column from the row by its own name, or by its other name, or sets it to NULL. */
export function projectRow(
  row: Row,
  columns: readonly Column[],
  otherNames: Readonly<Record<string, string>> = {},
): Row {
  const cells = columns.map(({ name }) => {
    const other = otherNames[name];
    return [name, row[name] ?? (other === undefined ? undefined : row[other]) ?? null] as const;
  });
  return Object.fromEntries(cells);
}
