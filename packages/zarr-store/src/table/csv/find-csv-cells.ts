// Cuts a CSV into cells: by the fast way if the file has no quotes, otherwise by the general one.

import { ZarrStoreError } from "../../errors.ts";
import { checkUtf8, isAscii } from "./check-utf8.ts";
import type { CsvCells, CsvLimits } from "./csv-cells.ts";
import { findPlainCells } from "./scan/find-plain-cells.ts";
import { findQuotedCells } from "./scan/find-quoted-cells.ts";

/**
 * Cuts comma-separated text into cells, strictly by RFC 4180.
 *
 * - Every row has as many cells as there are titles. Quotes stand only around whole cells.
 * - Rows end with LF, CRLF or CR. A UTF-8 byte order mark is dropped.
 * - An empty line is skipped; in a table of one column it is a missing cell.
 * - NUL is text inside quotes, and an error outside them.
 *
 * @throws {ZarrStoreError} `invalid_file`, with the line on which the row begins, or the offset of a byte that is not
 * UTF-8.
 */
export function findCsvCells(bytes: Uint8Array, limits: CsvLimits = {}): CsvCells {
  const { maxBytes = 2 ** 28, maxRowBytes = 2 ** 20 } = limits;
  if (bytes.byteLength > maxBytes) {
    throw new ZarrStoreError(
      "invalid_file",
      `the CSV has ${bytes.byteLength} bytes, at most ${maxBytes} are read`,
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
