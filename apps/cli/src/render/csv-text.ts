import { guardFormula } from "@kym/legacy-io";
import type { Row } from "@kym/zarr-store";

/**
 * RFC 4180 for spreadsheets: numbers unformatted, NULL empty. Text that a spreadsheet would run as a formula gets a `'`
 * before it; the lossless export alters no cell.
 */
export function csvText(columns: readonly string[], rows: readonly Row[]): string {
  const lines = [columns, ...rows.map((row) => columns.map((column) => row[column] ?? null))];
  return lines.map((cells) => `${cells.map(cell).join(",")}\n`).join("");
}

function cell(value: Row[string] | string): string {
  if (value === null || value === undefined) {
    return "";
  }
  if (typeof value !== "string") {
    return String(value);
  }
  const text = guardFormula(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
