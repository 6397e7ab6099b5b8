// Pure functions that compute the next state of a pooled table or of the ledger from its current bytes.

import type { Table } from "apache-arrow";
import { groupOfImage } from "../../commit/object-path.ts";
import type { MergeResult } from "../../commit/write/mergeable-change.ts";
import { ZarrStoreError } from "../../errors.ts";
import { parseTableName } from "../../image/artifact-name.ts";
import {
  columnOf,
  concatTables,
  emptyTable,
  filterRows,
  rowsOf,
  sortRowsBy,
  tableFromRows,
} from "../../table/arrow-table.ts";
import { decodeParquet, encodeParquet } from "../../table/parquet/parquet.ts";
import { assertTableMatches, type Row, schemaOfTable, type TableSchema } from "../../table/table-schema.ts";
import { tablePath } from "../layout.ts";
import {
  parseSourceRow,
  SOURCES_SCHEMA,
  SOURCES_TABLE,
  type SourceRow,
  sourceIdentity,
} from "./sources-table.ts";
import { isRows, type TableInput } from "./table-input.ts";

/**
 * The table itself, or a table made from rows and their schema.
 *
 * @throws {ZarrStoreError} `schema_mismatch` that names the first column that differs; `invalid_argument` for rows
 * without a schema
 */
export function tableOf(input: TableInput, schema: TableSchema | undefined, where: string): Table {
  if (!isRows(input)) {
    if (schema !== undefined) {
      assertTableMatches(schema, input, where);
    }
    return input;
  }
  if (schema === undefined) {
    throw new ZarrStoreError(
      "invalid_argument",
      `${where}: rows need a schema, because column types are never guessed`,
      {
        path: where,
      },
    );
  }
  return tableFromRows(input, schema);
}

/** The rows that some images have from now on. */
export interface ReplaceRows {
  readonly where: string;
  readonly imageIdColumn: string;
  /** The new rows of each image, by id; an empty table removes them. */
  readonly rowsByImageId: ReadonlyMap<string, Table>;
  /** Images whose rows are removed. */
  readonly emptied: readonly string[];
  readonly schema: TableSchema | undefined;
}

/**
 * Replaces the rows of some images and sorts the table by image id. Depends only on the current bytes, so a commit
 * can repeat it.
 */
export async function replaceRows(
  current: Uint8Array<ArrayBuffer> | undefined,
  change: ReplaceRows,
): Promise<MergeResult> {
  const { where, imageIdColumn, rowsByImageId } = change;
  const replaced = new Set([...rowsByImageId.keys(), ...change.emptied]);
  const parts = [...rowsByImageId.values()].filter((rows) => rows.numRows > 0);
  const existing = current && (await decodeParquet(current, { where }));
  const schema =
    change.schema ?? (existing && schemaOfTable(existing)) ?? (parts[0] && schemaOfTable(parts[0]));
  if (schema === undefined) {
    return { bytes: undefined };
  }
  for (const rows of parts) {
    assertTableMatches(schema, rows, where);
  }
  const kept = existing && withoutImages(existing, imageIdColumn, replaced);
  if (kept !== undefined) {
    assertTableMatches(schema, kept, where);
  }
  const whole = sortRowsBy(wholeOf(kept ? [kept, ...parts] : parts, schema), imageIdColumn);
  return { bytes: await encodeParquet(whole, { schema }), imageIds: [...replaced].sort() };
}

function wholeOf(parts: readonly Table[], schema: TableSchema): Table {
  return parts.length === 0 ? emptyTable(schema) : concatTables(parts);
}

/** The table without the rows of some images. */
export function withoutImages(table: Table, imageIdColumn: string, imageIds: ReadonlySet<string>): Table {
  const column = columnOf(table, imageIdColumn);
  return filterRows(table, (index) => !imageIds.has(String(column[index])));
}

/**
 * Appends rows to the ledger. If a file is already in it, by path and hash, and is not in `allowed`, its row is left
 * out and our image of it is dropped.
 */
export async function appendSources(
  current: Uint8Array<ArrayBuffer> | undefined,
  added: readonly SourceRow[],
  allowed: ReadonlySet<string>,
): Promise<MergeResult> {
  const existing = await decodeSources(current);
  const present = new Set(existing.map(sourceIdentity));
  const fresh = added.filter((row) => !present.has(sourceIdentity(row)) || allowed.has(sourceIdentity(row)));
  const dropped = added.filter((row) => !fresh.includes(row)).map((row) => groupOfImage(row.image_id));
  if (fresh.length === 0) {
    return { bytes: undefined, droppedGroups: dropped };
  }
  return { bytes: await encodeSources([...existing, ...fresh]), droppedGroups: dropped };
}

/** Decodes the ledger, in order of ingest; empty if there is no file. @throws {ZarrStoreError} `schema_mismatch` */
export async function decodeSources(
  bytes: Uint8Array<ArrayBuffer> | undefined,
): Promise<readonly SourceRow[]> {
  const table = bytes && (await decodeParquet(bytes, { where: tablePath(parseTableName(SOURCES_TABLE)) }));
  return table === undefined ? [] : Array.from(rowsOf(table), parseSourceRow);
}

export async function encodeSources(rows: readonly SourceRow[]): Promise<Uint8Array<ArrayBuffer>> {
  const plain = rows.map((row): Row => ({ ...row }));
  return encodeParquet(tableFromRows(plain, SOURCES_SCHEMA), { schema: SOURCES_SCHEMA });
}
