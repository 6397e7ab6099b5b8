// Compares the rows of a table before and after a change.

import { COLUMNS } from "@kym/kym-schema";
import type { CellValue, Row } from "@kym/zarr-store";
import type { RowChange } from "./change.ts";

/** Columns that name a row, in order of preference. */
const KEYS: readonly string[] = [COLUMNS.eventId, COLUMNS.roiId];

/** Counts rows, and names those that were added, deleted or changed if a column tells all rows apart. */
export function compareRows(before: readonly Row[], after: readonly Row[]): RowChange {
  const key = KEYS.find((column) => isKey(column, before) && isKey(column, after)) ?? null;
  const counts = { before: before.length, after: after.length, key };
  if (key === null) {
    return { ...counts, added: [], deleted: [], changed: [] };
  }
  const [was, is] = [byKey(before, key), byKey(after, key)];
  const ids = (rows: Iterable<readonly [string, Row]>): readonly CellValue[] =>
    Array.from(rows, ([, row]) => row[key] ?? null);
  return {
    ...counts,
    added: ids([...is].filter(([id]) => !was.has(id))),
    deleted: ids([...was].filter(([id]) => !is.has(id))),
    changed: ids([...is].filter(([id, row]) => was.has(id) && textOf(was.get(id) ?? {}) !== textOf(row))),
  };
}

/** Whether every row has a value of its own in this column. */
function isKey(column: string, rows: readonly Row[]): boolean {
  const values = rows.map((row) => row[column]);
  return (
    values.every((value) => value !== null && value !== undefined) &&
    new Set(values.map(String)).size === rows.length
  );
}

function byKey(rows: readonly Row[], key: string): ReadonlyMap<string, Row> {
  return new Map(rows.map((row) => [String(row[key]), row]));
}

function textOf(row: Row): string {
  const cells = Object.entries(row).filter(([, value]) => value !== null && value !== undefined);
  return JSON.stringify(cells.sort().map(([name, value]) => [name, typeof value, String(value)]));
}
