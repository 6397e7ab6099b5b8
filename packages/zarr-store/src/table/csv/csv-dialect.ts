// The dialects in which we write CSV, and the only spelling of each kind of cell.
import { pythonFloatRepr } from "../../json/python-float.ts";
import type { CellValue } from "../table-schema.ts";
import { needsCsvQuotes, needsTitleQuotes, quoteCsvCell } from "./csv-quotes.ts";

/**
 * How a CSV is written; every dialect has a line of titles, commas, lines that end in LF, and an empty cell for NULL.
 *
 * | dialect | text | floats, infinity | booleans | for |
 * |---|---|---|---|---|
 * | `lossless` | always in quotes, `""` if empty | `1.0`, `1e-07`, `inf` | `True` | `readCsv`, which finds the same types and values again |
 * | `pandas` | in quotes where it must be, guarded | `1.0`, `1e-07`, `inf` | `True` | tools that read and write with pandas |
 * | `spreadsheet` | in quotes where it must be, guarded | `1`, `1e-7`, `Infinity` | `true` | spreadsheets |
 *
 * A guarded text gets a `'` before it if a spreadsheet would run it as a formula. Titles are written like text, but
 * `lossless` puts quotes only around those that need them: bare titles say that quotes mark text.
 */
export type CsvDialect = "lossless" | "pandas" | "spreadsheet";

/** How a dialect spells each kind of cell. Titles and texts come out with their quotes. */
export interface CsvSpelling {
  readonly title: (title: string) => string;
  readonly text: (text: string) => string;
  /** A number of a column of floats. */
  readonly float: (value: number) => string;
  /** Any other number. */
  readonly number: (value: number) => string;
  readonly boolean: (value: boolean) => string;
}

/** Text that a spreadsheet would take for a formula. Source: OWASP, "CSV Injection". */
const FORMULA = /^[=+\-@\t\r]/;

const pythonBoolean = (value: boolean): string => (value ? "True" : "False");

export const CSV_SPELLINGS: Readonly<Record<CsvDialect, CsvSpelling>> = {
  lossless: {
    title: (title) => (needsTitleQuotes(title) ? quoteCsvCell(title) : title),
    text: quoteCsvCell,
    float: pythonFloat,
    number: pythonNumber,
    boolean: pythonBoolean,
  },
  pandas: {
    title: guardedText,
    text: guardedText,
    float: pythonFloat,
    number: pythonNumber,
    boolean: pythonBoolean,
  },
  spreadsheet: { title: guardedText, text: guardedText, float: String, number: String, boolean: String },
};

/** One value as a cell. */
export function spellCsvCell(value: CellValue, spelling: CsvSpelling, isFloat: boolean): string {
  switch (typeof value) {
    case "string":
      return spelling.text(value);
    case "boolean":
      return spelling.boolean(value);
    case "number":
      return isFloat ? spelling.float(value) : spelling.number(value);
    case "bigint":
      return String(value);
    default:
      return "";
  }
}

/** A text for a spreadsheet: one that would be run as a formula gets a `'` before it. */
function guardedText(text: string): string {
  const safe = FORMULA.test(text) ? `'${text}` : text;
  return needsCsvQuotes(safe) ? quoteCsvCell(safe) : safe;
}

/** The text of Python's `repr`; infinities as pandas writes them, and nothing for NaN. */
function pythonFloat(value: number): string {
  const magnitude = Math.abs(value);
  if (magnitude >= 1e-4 && magnitude < 1e16 && !Number.isInteger(value)) {
    // As most are; JavaScript writes these alike.
    return String(value);
  }
  return Number.isFinite(value) ? pythonFloatRepr(value) : pythonNumber(value);
}

function pythonNumber(value: number): string {
  if (Number.isNaN(value)) {
    return "";
  }
  return Number.isFinite(value) ? String(value) : value > 0 ? "inf" : "-inf";
}
