// The number in a cell of a table, however wide its column is.

import type { CellValue } from "@kym/zarr-store";

/**
 * The number of a cell, null if it has none or one that is not finite. A column of which every number is whole can be one of
 * integers: pandas, R and spreadsheets write such a column of velocities or times. Integers beyond 2⁵³ become the nearest number.
 */
export function finiteCell(cell: CellValue | undefined): number | null {
  const number = typeof cell === "bigint" ? Number(cell) : cell;
  return typeof number === "number" && Number.isFinite(number) ? number : null;
}
