// Writes a table in the format that its user chose.

import { serializeLossless } from "@kym/zarr-store/json";
import { csvText, encodeParquet, tableFromColumns } from "@kym/zarr-store/table";
import type { FileFormat, TextFormat } from "./output-choice.ts";
import type { OutputTable } from "./output-table.ts";

/**
 * The bytes of a file.
 *
 * @param csvLine the command that writes the same table as CSV, for the hint
 * @throws {CliError} `too_large` if a sheet of Excel cannot hold the table
 */
export async function encodeTable(
  table: OutputTable,
  format: FileFormat,
  csvLine: string,
): Promise<Uint8Array | string> {
  switch (format) {
    case "parquet":
      return parquetOf(table);
    case "xlsx": {
      const { writeExcel } = await import("./write-excel.ts");
      return writeExcel(table, csvLine);
    }
    default:
      return tableText(table, format);
  }
}

/**
 * The text of a table in a format that is text. CSV and TSV are for people and R: `TRUE` and `FALSE`, and a `'` before a
 * text that a spreadsheet would run as a formula. JSON is a list of objects with all digits, in which NaN and infinities
 * are null.
 */
export function tableText({ columns, rowCount }: OutputTable, format: TextFormat): string {
  if (format !== "json") {
    return csvText(columns, rowCount, format === "csv" ? "spreadsheet" : "tsv");
  }
  const rows = Array.from({ length: rowCount }, (_, row) =>
    serializeLossless(
      Object.fromEntries(columns.map(({ name, values }) => [name, jsonCell(values[row] ?? null)])),
      { indent: 0 },
    ),
  );
  return rows.length === 0 ? "[]\n" : `[\n${rows.join(",\n")}\n]\n`;
}

function jsonCell<T>(value: T): T | null {
  return typeof value === "number" && !Number.isFinite(value) ? null : value;
}

async function parquetOf({ columns, rowCount }: OutputTable): Promise<Uint8Array> {
  const schema = {
    columns: columns.map(({ name, type, unit }) => ({ name, type, ...(unit !== undefined && { unit }) })),
  };
  const cells = Object.fromEntries(columns.map(({ name, values }) => [name, values]));
  return encodeParquet(tableFromColumns(schema, cells, rowCount), { schema });
}
