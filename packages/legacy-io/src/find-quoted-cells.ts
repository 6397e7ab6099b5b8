// The build for browsers brings its own Buffer: root exports of this package run anywhere.
import { type CastingContext, CsvError, type InfoRecord, parse } from "csv-parse/browser/esm/sync";
import type { CsvCells } from "./csv-cells.ts";
import { csvError, lineOfOffset, rowLengthError, skipLineEnds } from "./csv-error.ts";

const QUOTE = 0x22;

/** What csv-parse finds wrong, in our words. */
const PROBLEMS: ReadonlyMap<string, string> = new Map([
  ["CSV_INVALID_CLOSING_QUOTE", "text after a closing quote"],
  ["CSV_QUOTE_NOT_CLOSED", "a quote that is never closed"],
  ["CSV_MAX_RECORD_SIZE", "a row that is longer than allowed"],
  ["INVALID_OPENING_QUOTE", "a quote inside a cell that does not begin with one"],
]);

/**
 * The cells of a UTF-8 text from `textStart` on, by csv-parse. No header, and so no rows, if there are empty lines alone.
 * Throws `invalid_file` with the line on which the row begins.
 */
export function findQuotedCells(bytes: Uint8Array, textStart: number, maxRowBytes: number): CsvCells {
  const columns: (string | null)[][] = [];
  /** Where the header and then each row ends, its line end included. */
  const stops: number[] = [];
  const asksForQuotes = hasDoubledQuote(bytes);
  try {
    parse(bytes.subarray(textStart), {
      record_delimiter: ["\r\n", "\n", "\r"],
      skip_empty_lines: true,
      max_record_size: maxRowBytes,
      // Cells are asked for their quotes, which takes time, only where some text between quotes can be empty.
      ...(asksForQuotes && {
        cast: (text: string, { quoting }: CastingContext) => (text === "" && !quoting ? null : text),
      }),
      on_record: (record: readonly (string | null)[], { bytes: stop }: InfoRecord) => {
        for (let index = 0; index < record.length; index++) {
          const column = columns[index] ?? [];
          columns[index] = column;
          const text = record[index] ?? null;
          const value = text === "" && !asksForQuotes ? null : text;
          // Constant columns are kept once.
          const above = column.at(-1);
          column.push(value === above ? above : value);
        }
        stops.push(textStart + stop);
        return null;
      },
    });
  } catch (error) {
    throw csvParseError(error, bytes, stops.at(-1) ?? textStart, columns.length);
  }
  const texts = columns.map((column) => column.slice(1));
  return {
    header: columns.map(([name]) => name ?? ""),
    rowCount: Math.max(0, stops.length - 1),
    texts: (index) => texts[index] ?? [],
    lineOfRow: (row) => lineOfOffset(bytes, skipLineEnds(bytes, stops[row] ?? 0)),
    grid: undefined,
  };
}

function csvParseError(error: unknown, bytes: Uint8Array, offset: number, columnCount: number): unknown {
  if (!(error instanceof CsvError)) {
    return error;
  }
  const at = skipLineEnds(bytes, offset);
  const { record } = error;
  return error.code === "CSV_RECORD_INCONSISTENT_FIELDS_LENGTH" && Array.isArray(record)
    ? rowLengthError(bytes, at, columnCount, record.length)
    : csvError(bytes, at, PROBLEMS.get(error.code) ?? error.message, { cause: error });
}

function hasDoubledQuote(bytes: Uint8Array): boolean {
  for (let at = bytes.indexOf(QUOTE); at !== -1; at = bytes.indexOf(QUOTE, at + 1)) {
    if (bytes[at + 1] === QUOTE) {
      return true;
    }
  }
  return false;
}
