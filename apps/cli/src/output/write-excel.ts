// Writes a table as an Excel file, with write-excel-file.

import type { SheetData } from "write-excel-file/node";
import { assertExcelHolds, excelCell, excelText } from "./excel-limits.ts";
import type { OutputTable } from "./output-table.ts";

/** Titles are at most this wide, in characters. A sheet is easier to read if notes are cut on the screen. */
const MOST_WIDTH = 40;

/**
 * Writes one sheet: titles in bold that stay in sight, then the rows. Text is text, also if it looks like a formula.
 *
 * @param csvLine the command that writes the same table as CSV, for the hint
 * @throws {CliError} `too_large` if a sheet cannot hold the table
 */
export async function writeExcel(table: OutputTable, csvLine: string): Promise<Uint8Array> {
  assertExcelHolds(table, csvLine);
  const { default: writeExcelFile } = await import("write-excel-file/node");
  const { columns, rowCount } = table;
  const titles = columns.map(({ name }) => ({
    value: ownText(excelText(name)),
    type: String,
    fontWeight: "bold" as const,
  }));
  const rows = Array.from({ length: rowCount }, (_, row) =>
    columns.map(({ values }) => {
      const cell = excelCell(values[row] ?? null);
      return typeof cell === "string" ? ownText(cell) : cell;
    }),
  );
  const sheet: SheetData = [titles, ...rows];
  const widths = columns.map(({ name }) => ({ width: Math.min(MOST_WIDTH, Math.max(10, name.length + 2)) }));
  return writeExcelFile(sheet, { columns: widths, stickyRowsCount: 1 }).toBuffer();
}

/**
 * Keeps a text from being looked up as a member of every object, such as `constructor`, for which write-excel-file 4.1
 * writes a broken cell. It removes the NUL again.
 */
function ownText(text: string): string {
  return text in {} ? `${text}\0` : text;
}
