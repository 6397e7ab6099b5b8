import { type CellValue, columnOf, type DatasetContents, type TableSchema } from "@kym/zarr-store";
import { LegacyIoError } from "./errors.ts";

type Table = Awaited<ReturnType<DatasetContents["loadTable"]>>;

/**
 * RFC 4180 that {@link readCsv} with the same schema reads back value for value: floats with the shortest digits that
 * mean the same number, NULL empty, an empty text `""`. No cell is altered for spreadsheets.
 * Throws `invalid_argument` for a single column with NULLs, which would be empty lines.
 */
export function writeCsv(table: Table, schema: TableSchema): Uint8Array<ArrayBuffer> {
  const columns = schema.columns.map(({ name }) => columnOf(table, name));
  if (columns.length === 1 && columns[0]?.includes(null) === true) {
    throw new LegacyIoError(
      "invalid_argument",
      "a single column with missing values cannot be written as CSV",
      {
        found: schema.columns[0]?.name,
      },
    );
  }
  const parts: string[] = [`${schema.columns.map(({ name }) => textCell(name)).join(",")}\n`];
  for (let row = 0; row < table.numRows; row++) {
    parts.push(`${columns.map((column) => cell(column[row] ?? null)).join(",")}\n`);
  }
  return new TextEncoder().encode(parts.join(""));
}

/** False for what {@link writeCsv} refuses. */
export function canWriteCsv(table: Table, schema: TableSchema): boolean {
  const [only, ...others] = schema.columns;
  return only !== undefined && (others.length > 0 || !columnOf(table, only.name).includes(null));
}

function cell(value: CellValue): string {
  if (value === null) {
    return "";
  }
  if (typeof value === "string") {
    return textCell(value);
  }
  return Object.is(value, -0) ? "-0.0" : String(value);
}

function textCell(text: string): string {
  return text === "" || /[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
