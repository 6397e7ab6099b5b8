// Reads a spreadsheet that a person filled in: a CSV, or the first sheet of an Excel file.

import { readCsv, utf8OfCsv } from "@kym/zarr-store/table";
import type { CommandContext } from "../../../arguments/command.ts";
import { readInput } from "../../../arguments/read-input.ts";
import { CliError, usageError } from "../../../terminal/cli-error.ts";
import { EXIT } from "../../../terminal/exit-code.ts";
import { boundedWorkbook } from "./bounded-workbook.ts";
import { cellsWithCommas } from "./cell-separator.ts";
import { looksLikeSpreadsheetDate } from "./spreadsheet-date.ts";

/** A cell that is not empty. */
export interface SheetCell {
  /** What a person wrote, without the `'` that keeps a spreadsheet from running it as a formula. */
  readonly text: string;
  /** As it stands in the file. */
  readonly written: string;
  /** Whether a spreadsheet made a date of what was typed. */
  readonly isDate: boolean;
}

export interface SheetRow {
  /** As the spreadsheet counts: the titles are row 1. */
  readonly number: number;
  /** By title; empty cells are absent. */
  readonly cells: ReadonlyMap<string, SheetCell>;
}

export interface Sheet {
  readonly titles: readonly string[];
  /** Those with at least one cell. */
  readonly rows: readonly SheetRow[];
  /** Whether numbers have a comma where others have a point. */
  readonly decimalComma: boolean;
  /** What a CSV was read as that is not Unicode. */
  readonly assumedEncoding?: "windows-1252" | undefined;
}

/** How much of a file is read. */
export interface SheetLimits {
  readonly maxBytes: number;
  /** The most bytes that the XML of an Excel file may unpack to. */
  readonly maxUnpackedBytes: number;
}

/** More than a table of images has. It stops a file of another kind. */
const LIMITS: SheetLimits = { maxBytes: 64 * 1024 * 1024, maxUnpackedBytes: 256 * 1024 * 1024 };

const ENDINGS: readonly string[] = ["csv", "tsv", "xlsx"];

/**
 * Reads a file by its ending, or a CSV from stdin for `-`. Between the cells of a CSV or TSV stand commas, semicolons or tabs.
 *
 * @throws {CliError} `usage` for another ending; `not_found`, `io`; `too_large`; `invalid_file`
 */
export async function readSheet(
  path: string,
  context: Pick<CommandContext, "resolvePath" | "stdin">,
  { maxBytes, maxUnpackedBytes }: SheetLimits = LIMITS,
): Promise<Sheet> {
  const ending = path === "-" ? "csv" : (/\.([^./\\]*)$/.exec(path)?.[1]?.toLowerCase() ?? "");
  if (!ENDINGS.includes(ending)) {
    throw usageError(`--from reads .csv, .tsv and .xlsx, not ${path}`, "save the table as one of these");
  }
  const bytes = await readInput(path, context, { maxBytes });
  try {
    return ending === "xlsx" ? await readExcelSheet(bytes, maxUnpackedBytes) : readCsvSheet(bytes);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new CliError(EXIT.input, "invalid_file", `${path} cannot be read as .${ending}: ${reason}`, {
      cause,
    });
  }
}

/** Text that `kym ls -o` guards by a `'`. */
const GUARDED = /^'(?=[=+\-@\t\r])/;

/** All cells are text, so that `007` stays. */
export function readCsvSheet(bytes: Uint8Array): Sheet {
  const { bytes: commas, separator, asWritten } = cellsWithCommas(utf8OfCsv(bytes));
  const { schema, columns, rowCount, assumedEncoding } = readCsv(commas, { schema: { columns: [] } });
  const names = new Map(schema.columns.map(({ name }) => [asWritten(name), name]));
  const sheet = sheetOf([...names.keys()], rowCount, (title, row) => {
    const cell = columns[names.get(title) ?? title]?.[row];
    if (typeof cell !== "string" || cell === "") {
      return undefined;
    }
    const written = asWritten(cell);
    // A person can put a `'` before a text that looks like a date, too.
    const isQuotedDate = written.startsWith("'") && looksLikeSpreadsheetDate(written.slice(1));
    const text = isQuotedDate ? written.slice(1) : written.replace(GUARDED, "");
    return { text, written, isDate: !isQuotedDate && looksLikeSpreadsheetDate(text) };
  });
  // Spreadsheets put semicolons between cells where the comma is in their numbers. Beside tabs, the numbers tell.
  return {
    ...sheet,
    assumedEncoding,
    decimalComma: separator === ";" || (separator === "\t" && hasDecimalCommas(sheet)),
  };
}

const NUMBER = /^[+-]?\d*,?\d+$/;
/** `1,234` may be 1234; `0,25` is never. */
const WITH_DECIMALS = /^[+-]?(?![1-9]\d{0,2},\d{3}$)\d*,\d+$/;

/** Whether a column has numbers alone, with commas, of which one cannot mark thousands. */
function hasDecimalCommas({ titles, rows }: Pick<Sheet, "titles" | "rows">): boolean {
  return titles.some((title) => {
    const texts = rows.flatMap(({ cells }) => cells.get(title)?.text ?? []);
    return texts.every((text) => NUMBER.test(text)) && texts.some((text) => WITH_DECIMALS.test(text));
  });
}

/** The library allocates what a file says of its parts, so it sees only what was unpacked within bounds. */
async function readExcelSheet(bytes: Uint8Array, maxUnpackedBytes: number): Promise<Sheet> {
  const workbook = await boundedWorkbook(bytes, maxUnpackedBytes);
  const { readSheet: readFirstSheet } = await import("read-excel-file/node");
  const [head = [], ...data] = await readFirstSheet(Buffer.from(workbook), { trim: false });
  const titles = head.map((title) => (title === null ? "" : String(title)));
  const named = titles.filter((title) => title !== "");
  const twice = named.find((title, at) => named.indexOf(title) < at);
  if (twice !== undefined) {
    throw new Error(`two columns are named ${JSON.stringify(twice)}`);
  }
  return sheetOf(titles, data.length, (title, row) => excelCell(data[row]?.[titles.indexOf(title)]));
}

function excelCell(value: unknown): SheetCell | undefined {
  if (value === null || value === undefined || value === "") {
    return undefined;
  }
  const isDate = value instanceof Date;
  const text = isDate
    ? value.toISOString().replace(/T00:00:00\.000Z$/, "")
    : typeof value === "boolean"
      ? String(value).toUpperCase()
      : String(value);
  return { text, written: text, isDate };
}

function sheetOf(
  titles: readonly string[],
  rowCount: number,
  cellAt: (title: string, row: number) => SheetCell | undefined,
): Sheet {
  const rows = Array.from({ length: rowCount }, (_, row): SheetRow => {
    const cells = titles.flatMap((title): [string, SheetCell][] => {
      const cell = cellAt(title, row);
      return cell === undefined ? [] : [[title, cell]];
    });
    return { number: row + 2, cells: new Map(cells) };
  });
  return { titles, rows: rows.filter(({ cells }) => cells.size > 0), decimalComma: false };
}
