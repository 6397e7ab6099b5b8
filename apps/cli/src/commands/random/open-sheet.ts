// Opens a table that a blind scorer filled in: says of each blind name what the image is.

import { COLUMNS } from "@kym/kym-schema";
import type { CellValue, Row } from "@kym/zarr-store";
import { csvText } from "@kym/zarr-store/table";
import type { BlindNames } from "../../blind/blind-names.ts";
import { CliError } from "../../terminal/cli-error.ts";
import { EXIT } from "../../terminal/exit-code.ts";
import { counted, printable } from "../../terminal/text-table.ts";
import type { Sheet } from "../edit/sheet/read-sheet.ts";

/** The column of the key that has the names that a scorer knows. */
export const BLIND_NAME = "blind_name";

/** Titles of a column of blind names, as the key, `kym ls -o` and `kym ls` write them. */
const TITLES: readonly string[] = [BLIND_NAME, COLUMNS.imageId, "image", "name"];

/** As many faults as an error can list and still be read. */
const MOST_SHOWN = 8;

export interface OpenedSheet {
  readonly csv: string;
  readonly rowCount: number;
}

/**
 * The table with the id, the groups and the path of each image after its blind name, as CSV. Other columns and the order of the
 * rows stay; a column that has the name of one of these is called `sheet_NAME`, or left out if it is empty.
 *
 * @param rows of the table of images, by id
 * @throws {CliError} `invalid_sheet` for a table without blind names, and for names that no image has under this seed
 */
export function openSheet(
  sheet: Sheet,
  names: BlindNames,
  {
    by,
    rows,
    file,
  }: { readonly by: readonly string[]; readonly rows: ReadonlyMap<string, Row>; readonly file: string },
): OpenedSheet {
  const title = TITLES.flatMap((known) =>
    sheet.titles.filter((one) => one.trim().toLowerCase() === known),
  )[0];
  if (title === undefined) {
    throw fault(`${file} has no column ${TITLES.slice(0, 3).join(", ")} with blind names`);
  }
  const nameIn = (row: Sheet["rows"][number]): string => row.cells.get(title)?.text.trim() ?? "";
  const ids = sheet.rows.map((row) => names.idOf(nameIn(row).toLowerCase()));
  const unknown = sheet.rows.filter((_, index) => ids[index] === undefined);
  if (unknown.length > 0) {
    const list = unknown
      .slice(0, MOST_SHOWN)
      .map((row) => `\n  row ${row.number}: ${printable(nameIn(row))}`);
    const more = unknown.length > MOST_SHOWN ? `\n  and ${unknown.length - MOST_SHOWN} more` : "";
    throw fault(
      `${file}: ${counted(unknown.length, "name")} that no image has with --seed ${names.seed}${list.join("")}${more}`,
    );
  }
  const opened = [...new Set([COLUMNS.imageId, ...by, COLUMNS.relPath])];
  const told = new Set([BLIND_NAME, ...opened]);
  const others = sheet.titles.flatMap((one) => {
    const cells = sheet.rows.map((row): CellValue => row.cells.get(one)?.text ?? null);
    const isEmpty = cells.every((cell) => cell === null);
    return one === title || (told.has(one) && isEmpty)
      ? []
      : [{ name: told.has(one) ? `sheet_${one}` : one, values: cells }];
  });
  const columns = [
    { name: BLIND_NAME, values: ids.map((id) => names.of(id ?? "")) },
    ...opened.map((name) => ({
      name,
      values: ids.map((id): CellValue => rows.get(id ?? "")?.[name] ?? null),
    })),
    ...others,
  ];
  return { csv: csvText(columns, ids.length, "spreadsheet"), rowCount: ids.length };
}

function fault(message: string): CliError {
  return new CliError(EXIT.input, "invalid_sheet", message, {
    hint: "give the seed with which the names were made; nothing was written",
  });
}
