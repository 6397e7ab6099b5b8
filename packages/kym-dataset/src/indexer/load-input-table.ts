// Loads the table from which an indexer makes rows, and checks that it has what the rows need.

import type { ReadOptions, ZarrImageRecord } from "@kym/zarr-store";
import { takeRows, withColumnNames } from "@kym/zarr-store/table/lazy";
import { columnOf } from "@kym/zarr-store/table/reading";
import type { Table } from "apache-arrow";
import { KymDatasetError } from "../errors.ts";
import { type ArtifactRef, loadTableArtifact } from "./artifact-ref.ts";

/** What an indexer knows of the columns of its input. */
export interface InputColumns {
  /** The names that it reads. A column that is spelled with capitals or blanks is found as well. */
  readonly known: readonly string[];
  /** The columns without which there are no rows. */
  readonly keys: readonly string[];
}

/**
 * Loads an input. Its columns have the names that the indexer knows. Rows without any value, which spreadsheets write below a
 * table, are left out.
 *
 * @throws {KymDatasetError} `schema_mismatch`, naming the artifact and the column, if a key column is missing, or if a row has
 * none of the keys
 * @throws {ZarrStoreError} as `loadTableArtifact`
 */
export async function loadInputTable(
  record: ZarrImageRecord,
  input: ArtifactRef,
  { known, keys }: InputColumns,
  options: ReadOptions = {},
): Promise<Table> {
  const loaded = await loadTableArtifact(record, input, { ...options, memory: "shared" });
  const table = withColumnNames(loaded, known);
  const names = table.schema.fields.map(({ name }) => name);
  // A table without rows says that nothing was found, whatever its columns.
  const missing = table.numRows === 0 ? undefined : keys.find((key) => !names.includes(key));
  if (missing !== undefined) {
    throw new KymDatasetError(
      "schema_mismatch",
      `${input.name} has no column ${missing}, there are ${names.join(", ") || "none"}`,
      { path: missing, expected: missing, found: names },
    );
  }
  const keyless = keys.length === 0 ? [] : rowsWithoutValue(table, keys);
  if (keyless.length === 0) {
    return table;
  }
  const empty = new Set(rowsWithoutValue(table, names));
  const row = keyless.find((one) => !empty.has(one));
  if (row !== undefined) {
    throw new KymDatasetError(
      "schema_mismatch",
      `${input.name}, row ${row}: no value in ${keys.join(" and ")}`,
      {
        path: keys[0] ?? "",
        expected: "a value",
        found: null,
      },
    );
  }
  const rows = Array.from({ length: table.numRows }, (_, index) => index);
  return takeRows(
    table,
    rows.filter((index) => !empty.has(index)),
  );
}

/** The rows, counted from 0, that are NULL in all of these columns. */
function rowsWithoutValue(table: Table, names: readonly string[]): readonly number[] {
  const mayBeNull = names.every((name) => (table.getChild(name)?.nullCount ?? 0) > 0);
  if (!mayBeNull) {
    return [];
  }
  const columns = names.map((name) => columnOf(table, name));
  return Array.from({ length: table.numRows }, (_, row) => row).filter((row) =>
    columns.every((cells) => cells[row] === null),
  );
}
