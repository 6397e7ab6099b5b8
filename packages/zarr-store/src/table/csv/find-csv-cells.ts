// Cuts a CSV into cells: by the fast way if the file has no quotes, otherwise by the general one.

import { isZarrStoreError, ZarrStoreError } from "../../errors.ts";
import { checkUtf8, isAscii, isUtf8 } from "./check-utf8.ts";
import type { CsvCells, CsvLimits } from "./csv-cells.ts";
import { SEPARATORS, startOfCsv, withCommas } from "./foreign/csv-separator.ts";
import { utf8Of } from "./foreign/utf8-of.ts";
import { utf8OfWindows1252 } from "./foreign/windows-1252.ts";
import { withDecimalPoints } from "./foreign/with-decimal-points.ts";
import { findPlainCells } from "./scan/find-plain-cells.ts";
import { findQuotedCells } from "./scan/find-quoted-cells.ts";

/**
 * Cuts the text of a table into cells, by the rules of docs/csv.md.
 *
 * - The text is UTF-8 or UTF-16. A byte order mark is dropped. Other text is Windows-1252 if it can be that.
 * - Commas, semicolons or tabs stand between cells; the line of titles decides. Without commas between cells, a comma may mark
 *   decimals.
 * - Every row has as many cells as there are titles; empty cells at its end do not count. Quotes stand only around whole cells.
 * - Rows end with LF, CRLF or CR.
 * - An empty line is skipped; in a table of one column it is a missing cell.
 * - NUL is text inside quotes, and an error outside them.
 *
 * @throws {ZarrStoreError} `invalid_file`, with the line on which the row begins, or the offset of a byte that is not
 * UTF-8.
 */
export function findCsvCells(file: Uint8Array, limits: CsvLimits = {}): CsvCells {
  const { maxBytes = 2 ** 28, maxRowBytes = 2 ** 20 } = limits;
  if (file.byteLength > maxBytes) {
    throw new ZarrStoreError(
      "invalid_file",
      `the CSV has ${file.byteLength} bytes, at most ${maxBytes} are read`,
      { expected: maxBytes, found: file.byteLength },
    );
  }
  const bytes = utf8Of(file);
  assertCellCount(bytes, limits.maxCells);
  try {
    return cutText(bytes, maxRowBytes);
  } catch (error) {
    const turned = isZarrStoreError(error, "invalid_file") ? utf8OfOther(bytes) : undefined;
    if (turned === undefined) {
      throw error;
    }
    return { ...cutText(turned, maxRowBytes), assumedEncoding: "windows-1252" };
  }
}

/** Counts what may end a cell. A file of fewer bytes needs no count. */
function assertCellCount(bytes: Uint8Array, maxCells = Number.POSITIVE_INFINITY): void {
  if (bytes.length <= maxCells) {
    return;
  }
  let rows = 0;
  const counts = new Map<number, number>(Object.values(SEPARATORS).map((code) => [code, 0]));
  const isEnd = new Uint8Array(256);
  for (const code of counts.keys()) {
    isEnd[code] = 1;
  }
  for (const byte of bytes) {
    if (byte === 0x0a || byte === 0x0d) {
      rows++;
    } else if (isEnd[byte] === 1) {
      counts.set(byte, (counts.get(byte) ?? 0) + 1);
    }
  }
  const cells = rows + Math.max(...counts.values());
  if (cells > maxCells) {
    throw new ZarrStoreError(
      "invalid_file",
      `the CSV has about ${cells} cells, at most ${maxCells} are read`,
      {
        expected: maxCells,
        found: cells,
      },
    );
  }
}

/** A text that is not UTF-8, but may be Windows-1252. */
function utf8OfOther(bytes: Uint8Array): Uint8Array | undefined {
  return isUtf8(bytes) ? undefined : utf8OfWindows1252(bytes);
}

function cutText(bytes: Uint8Array, maxRowBytes: number): CsvCells {
  const { textStart, separators } = startOfCsv(bytes, hasBom(bytes) ? 3 : 0);
  const [separator = SEPARATORS.comma, ...others] = separators;
  const cells =
    others.length === 0
      ? cutAt(bytes, textStart, maxRowBytes, separator)
      : cutAtAny(bytes, textStart, maxRowBytes, separators);
  if (cells.titles.length === 0) {
    throw new ZarrStoreError("invalid_file", "CSV line 1: expected titles, found an empty file", { line: 1 });
  }
  return cells;
}

function cutAt(bytes: Uint8Array, textStart: number, maxRowBytes: number, separator: number): CsvCells {
  const isComma = separator === SEPARATORS.comma;
  const plainBytes = isComma ? bytes : withCommas(bytes, separator);
  const plain = plainBytes && findPlainCells(plainBytes, textStart, maxRowBytes);
  if (plain?.isAscii !== true && !isAscii(bytes)) {
    checkUtf8(bytes);
  }
  const cells = plain ?? findQuotedCells(bytes, textStart, maxRowBytes, { separator, isLoose: true });
  return isComma || plain !== undefined
    ? cells
    : withDecimalPoints(cells, separator === SEPARATORS.semicolon);
}

/**
 * Cuts a text whose titles hold several separators. It is the one with which every row has as many cells as there are titles;
 * a comma comes last, because in such rows it marks decimals. If no separator does, or there is no row, it is the most frequent in the titles.
 */
function cutAtAny(
  bytes: Uint8Array,
  textStart: number,
  maxRowBytes: number,
  separators: readonly number[],
): CsvCells {
  checkUtf8(bytes);
  const commaLast = separators.toSorted(
    (a, b) => Number(a === SEPARATORS.comma) - Number(b === SEPARATORS.comma),
  );
  const fits = (separator: number): boolean => {
    try {
      return findQuotedCells(bytes, textStart, maxRowBytes, { separator, isLoose: false }).rowCount > 0;
    } catch (error) {
      if (isZarrStoreError(error, "invalid_file")) {
        return false;
      }
      throw error;
    }
  };
  const found = commaLast.find(fits) ?? separators[0] ?? SEPARATORS.comma;
  return cutAt(bytes, textStart, maxRowBytes, found);
}

function hasBom(bytes: Uint8Array): boolean {
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
}
