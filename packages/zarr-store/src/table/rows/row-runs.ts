// Groups adjacent rows with equal texts, as the rows of one image in a pooled table.

import type { Table } from "apache-arrow";
import type { Utf8Buffers } from "../columns/column-buffers.ts";
import { unpackStrings } from "../columns/utf8-strings.ts";
import { columnBuffersOf } from "./rows-of.ts";

/** Adjacent rows that have the same texts. */
export interface RowRun {
  readonly firstRow: number;
  readonly rowCount: number;
  /** One text for each column named; null for a null, and for a column that does not hold text. */
  readonly texts: readonly (string | null)[];
}

/**
 * Yields the runs of adjacent rows that have the same texts in the named columns, in order.
 *
 * In a sorted table a run holds all rows of a value. One string is made per run rather than per row.
 *
 * @throws {ZarrStoreError} `schema_mismatch` if there is no such column.
 */
export function* rowRunsOf(table: Table, names: readonly string[]): IterableIterator<RowRun> {
  const columns = names.map((name) => columnBuffersOf(table, name));
  const texts = columns.map((column) => (column.type === "utf8" ? column : undefined));
  const changing = texts.filter((column) => column !== undefined && !isConstant(column));
  const starts: number[] = [];
  for (let row = 0; row < table.numRows; row += 1) {
    if (row === 0 || changing.some((column) => column !== undefined && !equalsPrevious(column, row))) {
      starts.push(row);
    }
  }
  const valuesOf = texts.map((column) => column && unpackStrings(column, starts));
  for (const [index, firstRow] of starts.entries()) {
    const end = starts[index + 1] ?? table.numRows;
    yield {
      firstRow,
      rowCount: end - firstRow,
      texts: valuesOf.map((values) => values?.[index] ?? null),
    };
  }
}

/** True if all rows hold the same ASCII text, as in a column of versions. It is one comparison of two long strings. */
function isConstant({ offsets, bytes, valid }: Utf8Buffers): boolean {
  const size = offsets[1] ?? 0;
  if (valid !== undefined || size === 0 || bytes.length !== size * (offsets.length - 1)) {
    return false;
  }
  for (let row = 1; row < offsets.length; row += 1) {
    if (offsets[row] !== row * size) {
      return false;
    }
  }
  const all = new TextDecoder().decode(bytes);
  return all.length === bytes.length && all.slice(size) === all.slice(0, -size);
}

/** True if a row has the same text as the row before it, or both are null. */
function equalsPrevious({ offsets, bytes, valid }: Utf8Buffers, row: number): boolean {
  const isNull = valid?.[row] === 0;
  if (isNull || valid?.[row - 1] === 0) {
    return isNull && valid?.[row - 1] === 0;
  }
  const [before, start, end] = [offsets[row - 1] ?? 0, offsets[row] ?? 0, offsets[row + 1] ?? 0];
  if (end - start !== start - before) {
    return false;
  }
  for (let at = start; at < end; at += 1) {
    if (bytes[at] !== bytes[at - (start - before)]) {
      return false;
    }
  }
  return true;
}
