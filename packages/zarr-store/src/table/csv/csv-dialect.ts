// The dialects in which CSV is written, and how each spells a cell.

import { pythonFloatRepr } from "../../json/python-float.ts";
import type { CellValue } from "../table-schema.ts";
import { needsCsvQuotes, needsTitleQuotes, needsTsvQuotes, quoteCsvCell } from "./csv-quotes.ts";

/**
 * A dialect of CSV. Every dialect has a line of titles, lines that end in LF, an empty cell for NULL, and commas between
 * cells; `tsv` has tabs.
 *
 * | dialect | text | floats, infinity | booleans | for |
 * |---|---|---|---|---|
 * | `lossless` | always quoted, `""` if empty | `1.0`, `1e-07`, `inf` | `True` | `readCsv`: same types and values |
 * | `pandas` | quoted if needed, guarded | `1.0`, `1e-07`, `inf` | `True` | tools that use pandas |
 * | `spreadsheet` | quoted if needed, guarded | `1`, `1e-7`, `Infinity` | `TRUE` | spreadsheets, R |
 * | `tsv` | as `spreadsheet` | as `spreadsheet` | `TRUE` | spreadsheets, R |
 *
 * A guarded text is preceded by `'` if a spreadsheet would run it as a formula.
 *
 * Titles are written like text, except that `lossless` quotes a title only if it must: bare titles tell the reader that
 * quotes mark text.
 */
export type CsvDialect = "lossless" | "pandas" | "spreadsheet" | "tsv";

/** How a dialect spells each kind of cell. Titles and texts are returned with their quotes. */
export interface CsvSpelling {
  /** What stands between two cells. */
  readonly separator: "," | "\t";
  readonly title: (title: string) => string;
  readonly text: (text: string) => string;
  /** Spells a number in a column of floats. */
  readonly float: (value: number) => string;
  /** Spells any other number. */
  readonly number: (value: number) => string;
  readonly boolean: (value: boolean) => string;
}

/** Text that a spreadsheet would run as a formula. Source: OWASP, "CSV Injection". */
const FORMULA = /^[=+\-@\t\r]/;

const pythonBoolean = (value: boolean): string => (value ? "True" : "False");
/** As spreadsheets write it. Base R reads `true` as text, and then `ok == TRUE` is false for every row. */
const upperBoolean = (value: boolean): string => (value ? "TRUE" : "FALSE");

export const CSV_SPELLINGS: Readonly<Record<CsvDialect, CsvSpelling>> = {
  lossless: {
    separator: ",",
    title: (title) => (needsTitleQuotes(title) ? quoteCsvCell(title) : title),
    text: quoteCsvCell,
    float: pythonFloat,
    number: pythonNumber,
    boolean: pythonBoolean,
  },
  pandas: {
    separator: ",",
    title: guardedText,
    text: guardedText,
    float: pythonFloat,
    number: pythonNumber,
    boolean: pythonBoolean,
  },
  spreadsheet: {
    separator: ",",
    title: guardedText,
    text: guardedText,
    float: String,
    number: String,
    boolean: upperBoolean,
  },
  tsv: {
    separator: "\t",
    title: guardedTabbedText,
    text: guardedTabbedText,
    float: String,
    number: String,
    boolean: upperBoolean,
  },
};

/** Spells one value as a cell. */
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

/** Spells a text for a spreadsheet; a `'` before it stops it from being run as a formula. */
function guardedText(text: string): string {
  const safe = guarded(text);
  return needsCsvQuotes(safe) ? quoteCsvCell(safe) : safe;
}

function guardedTabbedText(text: string): string {
  const safe = guarded(text);
  return needsTsvQuotes(safe) ? quoteCsvCell(safe) : safe;
}

function guarded(text: string): string {
  return FORMULA.test(text) ? `'${text}` : text;
}

/** Spells a float as Python's `repr` does, an infinity as pandas does, and NaN as an empty cell. */
function pythonFloat(value: number): string {
  const magnitude = Math.abs(value);
  if (magnitude >= 1e-4 && magnitude < 1e16 && !Number.isInteger(value)) {
    // Most numbers are of this kind, which JavaScript spells as Python does.
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
