// The build for browsers brings its own Buffer: root exports of this package run anywhere.
import { type CastingContext, CsvError, type InfoRecord, parse } from "csv-parse/browser/esm/sync";
import { LegacyIoError, type LegacyIoErrorDetails } from "./errors.ts";

const LF = 0x0a;
const CR = 0x0d;
const QUOTE = 0x22;
const STRICT_UTF8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** The texts of a CSV, column by column; the header is not among them. */
export interface CsvCells {
  readonly bytes: Uint8Array;
  readonly header: readonly string[];
  readonly rowCount: number;
  /** Null for an empty cell without quotes, which is missing, where `""` is an empty text. */
  readonly columns: readonly (readonly (string | null)[])[];
  /** Where the header and then each row ends in `bytes`, its line end included. */
  readonly rowStops: readonly number[];
}

export interface CsvLimits {
  /** The longest row in bytes. Default 1 MiB. */
  readonly maxRowBytes?: number | undefined;
  /** The largest file in bytes. Default 256 MiB. */
  readonly maxBytes?: number | undefined;
}

/** What csv-parse finds wrong, in our words. */
const PROBLEMS: ReadonlyMap<string, string> = new Map([
  ["CSV_INVALID_CLOSING_QUOTE", "text after a closing quote"],
  ["CSV_QUOTE_NOT_CLOSED", "a quote that is never closed"],
  ["CSV_MAX_RECORD_SIZE", "a row that is longer than allowed"],
  ["INVALID_OPENING_QUOTE", "a quote inside a cell that does not begin with one"],
]);

/**
 * Finds the cells of a comma-separated text by RFC 4180, strictly: every row as long as the header, quotes only around
 * whole cells, header names unique. Rows end with LF, CRLF or CR; empty lines are skipped. A UTF-8 byte order mark is
 * dropped. csv-parse does it; what it lets pass (NUL, bytes that are no text, headers with a name twice) is refused here.
 * Throws `invalid_file` with the line on which the row begins (and for bytes that are no UTF-8 text the offset).
 */
export function findCsvCells(bytes: Uint8Array, limits: CsvLimits = {}): CsvCells {
  const { maxBytes = 2 ** 28, maxRowBytes = 2 ** 20 } = limits;
  if (bytes.byteLength > maxBytes) {
    throw new LegacyIoError("invalid_file", `a CSV of ${bytes.byteLength} bytes is larger than ${maxBytes}`, {
      expected: maxBytes,
      found: bytes.byteLength,
    });
  }
  checkUtf8(bytes);
  const nul = bytes.indexOf(0);
  if (nul !== -1) {
    throw csvError(bytes, nul, "a NUL byte");
  }
  const cells = parseCells(bytes, maxRowBytes);
  checkHeader(cells.header);
  return cells;
}

/** The line on which a row begins, counted from 1. */
export function lineOfRow({ bytes, rowStops }: CsvCells, row: number): number {
  return lineOfOffset(bytes, skipLineEnds(bytes, rowStops[row] ?? 0));
}

function parseCells(bytes: Uint8Array, maxRowBytes: number): CsvCells {
  const offset = hasBom(bytes) ? 3 : 0;
  const columns: (string | null)[][] = [];
  const stops: number[] = [];
  const asksForQuotes = hasDoubledQuote(bytes);
  try {
    parse(bytes.subarray(offset), {
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
        stops.push(offset + stop);
        return null;
      },
    });
  } catch (error) {
    throw csvParseError(error, bytes, stops.at(-1) ?? offset, columns.length);
  }
  if (columns.length === 0) {
    throw new LegacyIoError("invalid_file", "an empty CSV: it has no header", { line: 1 });
  }
  return {
    bytes,
    header: columns.map(([name]) => name ?? ""),
    rowCount: stops.length - 1,
    columns: columns.map((texts) => texts.slice(1)),
    rowStops: stops,
  };
}

function csvParseError(error: unknown, bytes: Uint8Array, offset: number, columnCount: number): unknown {
  if (!(error instanceof CsvError)) {
    return error;
  }
  const at = skipLineEnds(bytes, offset);
  const { record } = error;
  if (error.code === "CSV_RECORD_INCONSISTENT_FIELDS_LENGTH" && Array.isArray(record)) {
    const problem = `a row of ${record.length} cells, expected ${columnCount} as in the header`;
    return csvError(bytes, at, problem, { expected: columnCount, found: record.length });
  }
  return csvError(bytes, at, PROBLEMS.get(error.code) ?? error.message, { cause: error });
}

function skipLineEnds(bytes: Uint8Array, offset: number): number {
  let at = offset;
  while (bytes[at] === LF || bytes[at] === CR) {
    at++;
  }
  return at;
}

function hasDoubledQuote(bytes: Uint8Array): boolean {
  for (let at = bytes.indexOf(QUOTE); at !== -1; at = bytes.indexOf(QUOTE, at + 1)) {
    if (bytes[at + 1] === QUOTE) {
      return true;
    }
  }
  return false;
}

/** The line on which a byte lies, counted from 1. */
function lineOfOffset(bytes: Uint8Array, offset: number): number {
  let line = 1;
  for (let index = 0; index < offset; index++) {
    const byte = bytes[index];
    if (byte === LF || (byte === CR && bytes[index + 1] !== LF)) {
      line++;
    }
  }
  return line;
}

function checkHeader(header: readonly string[]): void {
  const seen = new Set<string>();
  for (const [index, name] of header.entries()) {
    if (seen.has(name) || (name === "" && index > 0)) {
      const problem =
        name === "" ? `column ${index + 1} has no name` : `two columns named ${JSON.stringify(name)}`;
      throw new LegacyIoError("invalid_file", `CSV header: ${problem}`, { line: 1, found: name });
    }
    seen.add(name);
  }
}

function hasBom(bytes: Uint8Array): boolean {
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
}

function checkUtf8(bytes: Uint8Array): void {
  if (isAscii(bytes)) {
    return;
  }
  try {
    STRICT_UTF8.decode(bytes);
  } catch (cause) {
    const offset = firstInvalidUtf8(bytes);
    const problem = `a byte that is no UTF-8 text at offset ${offset}`;
    throw csvError(bytes, offset, problem, { offset, found: bytes[offset], cause });
  }
}

/** Four bytes at a time: a file of numbers is checked in a fraction of the time that decoding takes. */
function isAscii(bytes: Uint8Array): boolean {
  const head = Math.min((4 - (bytes.byteOffset % 4)) % 4, bytes.length);
  const words = new Uint32Array(bytes.buffer, bytes.byteOffset + head, (bytes.length - head) >> 2);
  let bits = 0;
  for (let index = 0; index < words.length; index++) {
    bits |= words[index] ?? 0;
  }
  if ((bits & 0x80808080) !== 0) {
    return false;
  }
  const isHigh = (byte: number): boolean => byte >= 0x80;
  return !bytes.subarray(0, head).some(isHigh) && !bytes.subarray(head + words.byteLength).some(isHigh);
}

function firstInvalidUtf8(bytes: Uint8Array): number {
  let at = 0;
  while (at < bytes.length) {
    const length = [1, 2, 3, 4].find((count) => isCharacter(bytes.subarray(at, at + count)));
    if (length === undefined) {
      return at;
    }
    at += length;
  }
  return at;
}

function isCharacter(bytes: Uint8Array): boolean {
  try {
    return STRICT_UTF8.decode(bytes) !== "";
  } catch {
    return false;
  }
}

function csvError(
  bytes: Uint8Array,
  offset: number,
  problem: string,
  details: LegacyIoErrorDetails = {},
): LegacyIoError {
  const line = lineOfOffset(bytes, offset);
  return new LegacyIoError("invalid_file", `CSV line ${line}: ${problem}`, { line, offset, ...details });
}
