import { checkUtf8, isAscii } from "./check-utf8.ts";
import type { CsvCells, CsvLimits } from "./csv-cells.ts";
import { csvError } from "./csv-error.ts";
import { LegacyIoError } from "./errors.ts";
import { findPlainCells } from "./find-plain-cells.ts";
import { findQuotedCells } from "./find-quoted-cells.ts";

/**
 * Finds the cells of a comma-separated text by RFC 4180, strictly: every row as long as the header, quotes only around
 * whole cells, header names unique. Rows end with LF, CRLF or CR; empty lines are skipped. A UTF-8 byte order mark is
 * dropped. A file without any quote is cut at commas and line ends; csv-parse reads the others, to the same result.
 * What both let pass (NUL, bytes that are no text, headers with a name twice) is refused here.
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
  const textStart = hasBom(bytes) ? 3 : 0;
  const plain = findPlainCells(bytes, textStart, maxRowBytes);
  if (plain?.isAscii !== true && !isAscii(bytes)) {
    checkUtf8(bytes);
  }
  const cells = plain ?? findQuotedCells(withoutNul(bytes), textStart, maxRowBytes);
  checkHeader(cells.header);
  return cells;
}

function withoutNul(bytes: Uint8Array): Uint8Array {
  const nul = bytes.indexOf(0);
  if (nul !== -1) {
    throw csvError(bytes, nul, "a NUL byte");
  }
  return bytes;
}

function checkHeader(header: readonly string[]): void {
  const seen = new Set<string>();
  if (header.length === 0) {
    throw new LegacyIoError("invalid_file", "an empty CSV: it has no header", { line: 1 });
  }
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
