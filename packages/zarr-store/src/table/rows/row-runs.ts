import type { Table } from "apache-arrow";
import type { Utf8Buffers } from "../columns/column-buffers.ts";
import { unpackStrings } from "../columns/utf8-strings.ts";
import { columnBuffersOf } from "./rows-of.ts";

/** Rows in a row that have the same texts. */
export interface RowRun {
  readonly firstRow: number;
  readonly rowCount: number;
  /** One for each column that was named; null for a null, and for a column that has no text. */
  readonly texts: readonly (string | null)[];
}

/**
 * The runs of rows that agree in some columns of text, in order. In a sorted table a run is all that there is of a value,
 * and no string is made for each row.
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

/** Whether all rows have one text of ASCII, by one comparison that the runtime makes: so it is with a version. */
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

/** Whether a row has the text of the one before it, or both have none. */
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
