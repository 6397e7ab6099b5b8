// Shows the rows of `kym ls --columns` as a table of text.

import { COLUMNS } from "@kym/kym-schema";
import type { CellValue, Row } from "@kym/zarr-store";
import { recordList } from "../../screen/record-list.ts";
import { shortNumber } from "../../screen/short-number.ts";
import type { Terminal } from "../../terminal/terminal.ts";
import { fitsWidth, printable, type TextColumn, textTable } from "../../terminal/text-table.ts";

/** A table for people: five digits on a terminal, all digits in a pipe; a dash for what is not known. */
export function rowsTable(
  columns: readonly string[],
  rows: readonly Row[],
  { outIsTty, width, color }: Pick<Terminal, "outIsTty" | "width" | "color">,
): string {
  const titles = columns.map((title): TextColumn => {
    const isNumeric = rows.some((row) => ["number", "bigint"].includes(typeof row[title]));
    if (isNumeric) {
      return { title, align: "right" };
    }
    // A time without its end would be another time.
    const isPath = /(^|_)(path|file_name)$/.test(title);
    return { title, shrinks: isPath ? "path" : title !== COLUMNS.acquiredLocal };
  });
  const cells = rows.map((row) => columns.map((name) => cellText(row[name] ?? null, outIsTty)));
  return !outIsTty || fitsWidth(titles, cells, width)
    ? textTable(titles, cells, { maxWidth: outIsTty ? width : undefined, color })
    : recordList(titles, cells);
}

function cellText(value: CellValue, isShort: boolean): string {
  switch (typeof value) {
    case "boolean":
      return value ? "yes" : "no";
    case "number":
      return isShort ? shortNumber(value) : String(value);
    case "string":
      return value === "" ? "—" : printable(value);
    default:
      return value === null ? "—" : String(value);
  }
}
