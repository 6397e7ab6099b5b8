// Reads cells of tables as a report needs them: a number that is finite, a text that is not empty.

import type { Row } from "@kym/zarr-store";

/** A finite number; null for anything else. */
export function numberIn(row: Row, column: string): number | null {
  const cell = row[column];
  const number = typeof cell === "bigint" ? Number(cell) : cell;
  return typeof number === "number" && Number.isFinite(number) ? number : null;
}

/** A text without spaces around it, its accents composed; null if nothing is left, or for anything else. */
export function textIn(row: Row, column: string): string | null {
  const cell = row[column];
  const text = typeof cell === "string" ? cell.trim().normalize("NFC") : "";
  return text === "" ? null : text;
}
