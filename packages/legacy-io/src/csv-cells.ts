import { LegacyIoError, type LegacyIoErrorDetails } from "./errors.ts";

const COMMA = 0x2c;
const LF = 0x0a;
const CR = 0x0d;
const QUOTE = 0x22;
const INITIAL_CELLS = 1 << 12;
const STRICT_UTF8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * Where each cell of a CSV is in its bytes, row by row; the header is not among them.
 * Cell `row * columnCount + column` is `bytes[starts[i], stops[i])`, without its quotes.
 */
export interface CsvCells {
  readonly bytes: Uint8Array;
  readonly header: readonly string[];
  readonly rowCount: number;
  readonly columnCount: number;
  readonly starts: Int32Array;
  readonly stops: Int32Array;
}

export interface CsvLimits {
  /** The longest row in bytes. Default 1 MiB. */
  readonly maxRowBytes?: number | undefined;
  /** The largest file in bytes. Default 512 MiB. */
  readonly maxBytes?: number | undefined;
}

/**
 * Finds the cells of a comma-separated text by RFC 4180, in one pass and strictly: every row as long as the
 * header, quotes only around whole cells, header names unique. Rows end with LF, CRLF or CR; empty lines are
 * skipped. A UTF-8 byte order mark is dropped.
 * Throws `invalid_file` with the line (and for bytes that are no UTF-8 text the offset).
 */
export function findCsvCells(bytes: Uint8Array, limits: CsvLimits = {}): CsvCells {
  const maxBytes = limits.maxBytes ?? 2 ** 29;
  if (bytes.byteLength > Math.min(maxBytes, 2 ** 31 - 1)) {
    throw new LegacyIoError("invalid_file", `a CSV of ${bytes.byteLength} bytes is larger than ${maxBytes}`, {
      expected: maxBytes,
      found: bytes.byteLength,
    });
  }
  checkUtf8(bytes);
  const index = indexCells(bytes, hasBom(bytes) ? 3 : 0, limits.maxRowBytes ?? 1 << 20);
  const columnCount = index.columnCount;
  const all: CsvCells = { bytes, header: [], ...index };
  const header = Array.from({ length: columnCount }, (_, column) => cellText(all, column));
  checkHeader(header);
  return {
    ...all,
    header,
    rowCount: index.rowCount - 1,
    starts: index.starts.subarray(columnCount),
    stops: index.stops.subarray(columnCount),
  };
}

/** The text of a cell, doubled quotes made single. */
export function cellText(cells: CsvCells, cell: number): string {
  const start = cells.starts[cell] ?? 0;
  const text = STRICT_UTF8.decode(cells.bytes.subarray(start, cells.stops[cell]));
  return isQuoted(cells, cell) ? text.replaceAll('""', '"') : text;
}

/** True for a cell between quotes: an empty one is an empty string, where an unquoted one is missing. */
export function isQuoted(cells: CsvCells, cell: number): boolean {
  const start = cells.starts[cell] ?? 0;
  return start > 0 && cells.bytes[start - 1] === QUOTE;
}

/** The line on which a byte lies, counted from 1. */
export function lineOfOffset(bytes: Uint8Array, offset: number): number {
  let line = 1;
  for (let index = 0; index < offset; index++) {
    const byte = bytes[index];
    if (byte === LF || (byte === CR && bytes[index + 1] !== LF)) {
      line++;
    }
  }
  return line;
}

interface CellIndex {
  readonly rowCount: number;
  readonly columnCount: number;
  readonly starts: Int32Array;
  readonly stops: Int32Array;
}

/** One pass over the bytes. The inner loop, which skips what needs no thought, is what makes it fast. */
function indexCells(bytes: Uint8Array, offset: number, maxRowBytes: number): CellIndex {
  let starts = new Int32Array(INITIAL_CELLS);
  let stops = new Int32Array(INITIAL_CELLS);
  let cellCount = 0;
  let rowCount = 0;
  let columnCount = 0;
  let rowStart = offset;
  let firstCellOfRow = 0;
  let start = offset;
  let at = offset;
  const end = bytes.length;
  while (at < end || rowStart < end) {
    let byte = bytes[at] ?? LF;
    while (byte > COMMA) {
      at++;
      byte = bytes[at] ?? LF;
    }
    let stop = at;
    if (byte === QUOTE) {
      if (at !== start) {
        throw csvError(bytes, at, "a quote inside a cell that does not begin with one");
      }
      stop = closingQuote(bytes, at);
      start = at + 1;
      at = stop + 1;
      byte = bytes[at] ?? LF;
      if (byte !== COMMA && byte !== LF && byte !== CR) {
        throw csvError(bytes, at, "text after a closing quote");
      }
    } else if (byte === 0) {
      throw csvError(bytes, at, "a NUL byte");
    } else if (byte !== COMMA && byte !== LF && byte !== CR) {
      at++;
      continue;
    } else if (at === rowStart && byte !== COMMA) {
      at++;
      rowStart = start = at;
      continue;
    }
    if (cellCount === starts.length) {
      starts = grow(starts);
      stops = grow(stops);
    }
    starts[cellCount] = start;
    stops[cellCount] = stop;
    cellCount++;
    at++;
    start = at;
    if (byte !== COMMA) {
      const found = cellCount - firstCellOfRow;
      columnCount = rowCount === 0 ? found : columnCount;
      if (found !== columnCount) {
        const problem = `a row of ${found} cells, expected ${columnCount} as in the header`;
        throw csvError(bytes, rowStart, problem, { expected: columnCount, found });
      }
      if (at - rowStart > maxRowBytes) {
        throw csvError(
          bytes,
          rowStart,
          `a row of ${at - rowStart} bytes, at most ${maxRowBytes} are allowed`,
        );
      }
      rowCount++;
      firstCellOfRow = cellCount;
      rowStart = at;
    }
  }
  if (rowCount === 0) {
    throw new LegacyIoError("invalid_file", "an empty CSV: it has no header", { line: 1 });
  }
  return {
    rowCount,
    columnCount,
    starts: starts.subarray(0, cellCount),
    stops: stops.subarray(0, cellCount),
  };
}

/** The offset of the quote that closes the cell whose opening quote is at `opening`. */
function closingQuote(bytes: Uint8Array, opening: number): number {
  let at = bytes.indexOf(QUOTE, opening + 1);
  while (at !== -1 && bytes[at + 1] === QUOTE) {
    at = bytes.indexOf(QUOTE, at + 2);
  }
  if (at === -1) {
    throw csvError(bytes, opening, "a quote that is never closed");
  }
  const nul = bytes.subarray(opening, at).indexOf(0);
  if (nul !== -1) {
    throw csvError(bytes, opening + nul, "a NUL byte");
  }
  return at;
}

function grow(array: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(array.length * 2);
  larger.set(array);
  return larger;
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
