// Finds the cells of a CSV, by the faster of two ways where it can be taken.
import { ZarrStoreError } from "../../errors.ts";
import { checkUtf8, isAscii } from "./check-utf8.ts";
import type { CsvCells, CsvLimits } from "./csv-cells.ts";
import { findPlainCells } from "./scan/find-plain-cells.ts";
import { findQuotedCells } from "./scan/find-quoted-cells.ts";

/**
 * Cuts a comma-separated text by RFC 4180, strictly: every row as long as the line of titles, quotes only around whole
 * cells. Rows end with LF, CRLF or CR. A UTF-8 byte order mark is dropped, and so are empty lines, but for a table of one
 * column, where an empty line is a missing cell. NUL is text in quotes, and an error outside them.
 * Throws `invalid_file` with the line on which the row begins, and for bytes that are not UTF-8 with the offset.
 */
export function findCsvCells(bytes: Uint8Array, limits: CsvLimits = {}): CsvCells {
  const { maxBytes = 2 ** 28, maxRowBytes = 2 ** 20 } = limits;
  if (bytes.byteLength > maxBytes) {
    throw new ZarrStoreError(
      "invalid_file",
      `a CSV of ${bytes.byteLength} bytes is larger than ${maxBytes}`,
      { expected: maxBytes, found: bytes.byteLength },
    );
  }
  const textStart = hasBom(bytes) ? 3 : 0;
  const plain = findPlainCells(bytes, textStart, maxRowBytes);
  if (plain?.isAscii !== true && !isAscii(bytes)) {
    checkUtf8(bytes);
  }
  const cells = plain ?? findQuotedCells(bytes, textStart, maxRowBytes);
  if (cells.titles.length === 0) {
    throw new ZarrStoreError("invalid_file", "CSV line 1: expected titles, found an empty file", { line: 1 });
  }
  return cells;
}

function hasBom(bytes: Uint8Array): boolean {
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
}
