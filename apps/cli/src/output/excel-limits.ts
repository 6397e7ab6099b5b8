// What a sheet of Excel holds, and how its cells spell values.

import type { CellValue } from "@kym/zarr-store";
import { CliError } from "../terminal/cli-error.ts";
import { EXIT } from "../terminal/exit-code.ts";
import type { OutputTable } from "./output-table.ts";

/** Source: Microsoft, "Excel specifications and limits". Rows include that of the titles; characters are UTF-16 units. */
export const EXCEL_LIMITS = { rows: 1_048_576, columns: 16_384, characters: 32_767 } as const;

/** A cell of a sheet: a number, a truth value, a text, or empty. */
export type ExcelCell = number | boolean | string | null;

/**
 * Makes sure that a sheet can hold a table.
 *
 * @param csvLine the command that writes the same table as CSV, for the hint
 * @throws {CliError} `too_large`, naming the limit and the first cell beyond it
 */
export function assertExcelHolds({ columns, rowCount }: OutputTable, csvLine: string): void {
  const { rows, columns: most, characters } = EXCEL_LIMITS;
  if (rowCount + 1 > rows) {
    const found = `${rowCount} rows and one of titles`;
    throw tooLarge(`an xlsx sheet has at most ${rows} rows, and the table has ${found}`, csvLine);
  }
  if (columns.length > most) {
    throw tooLarge(`an xlsx sheet has at most ${most} columns, and the table has ${columns.length}`, csvLine);
  }
  for (const { name, values } of columns) {
    const row = values.findIndex((value) => typeof value === "string" && value.length > characters);
    const text = row === -1 ? name : values[row];
    if (typeof text === "string" && text.length > characters) {
      const where = row === -1 ? "a title" : `row ${row + 1} of column ${name}`;
      throw tooLarge(
        `an xlsx cell has at most ${characters} characters, and ${where} has ${text.length}`,
        csvLine,
      );
    }
  }
}

function tooLarge(message: string, csvLine: string): CliError {
  return new CliError(EXIT.usage, "too_large", message, { hint: `CSV has no such limit: ${csvLine}` });
}

/**
 * A value as a cell. Excel has only doubles: an integer beyond 2^53 becomes text with all its digits, an infinity becomes
 * text, and NaN an empty cell.
 */
export function excelCell(value: CellValue): ExcelCell {
  switch (typeof value) {
    case "bigint": {
      const isExact = value <= 2n ** 53n && value >= -(2n ** 53n);
      return isExact ? Number(value) : String(value);
    }
    case "number":
      return Number.isFinite(value) ? value : Number.isNaN(value) ? null : String(value);
    case "string":
      return excelText(value);
    default:
      return value;
  }
}

/**
 * A text in the spelling of Excel's files: `_x000D_` is a carriage return, and `_x005F_` an underscore that would begin
 * such a code. Source: ECMA-376, part 1, 22.9.2.19, `ST_Xstring`.
 */
export function excelText(text: string): string {
  return text.replace(/_(?=x[0-9A-Fa-f]{4}_)/g, "_x005F_").replace(NOT_IN_XML, (character) => {
    const code = character.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0");
    return `_x${code}_`;
  });
}

/** What XML cannot hold, or would change, and half surrogate pairs. Tabs and line feeds are fine. */
const NOT_IN_XML = /(?![\t\n])[\p{Cc}\p{Cs}\ufdd0-\ufdef\ufffd-\uffff]/gu;
