import type { Column, Row } from "@kym/zarr-store";

/** The given columns of a row, by their first name that has a value; NULL where none has. */
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
