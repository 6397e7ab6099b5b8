import type { Table } from "apache-arrow";
import { groupOfImage } from "../../commit/object-path.ts";
import type { MergeResult } from "../../commit/write/transaction.ts";
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
import { parseSourceRow, SOURCES_SCHEMA, SOURCES_TABLE, type SourceRow } from "./sources-table.ts";

/** Rows, or a table that has its schema with it. */
export type TableInput = Table | readonly Row[];

/**
 * A table as it is, or made of rows by their schema.
 *
 * @throws {ZarrStoreError} `schema_mismatch` naming the first column that differs; `invalid_argument` without a schema
 */
export function tableOf(input: TableInput, schema: TableSchema | undefined, where: string): Table {
  if (!isRows(input)) {
    if (schema !== undefined) {
      assertTableMatches(schema, input, where);
    }
    return input;
  }
  if (schema === undefined) {
    throw new ZarrStoreError("invalid_argument", `${where}: rows need a schema, types are never guessed`, {
      path: where,
    });
  }
  return tableFromRows(input, schema);
}

export function isRows(input: TableInput): input is readonly Row[] {
  return Array.isArray(input);
}

export interface ReplaceRows {
  readonly where: string;
  readonly imageIdColumn: string;
  /** Per image id, the rows that it has from now on; an empty table removes them. */
  readonly rowsByImageId: ReadonlyMap<string, Table>;
  /** Images that have no rows from now on. */
  readonly emptied: readonly string[];
  readonly schema: TableSchema | undefined;
}

/** The table with the rows of some images replaced, sorted by image id: a pure function of what it is now. */
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

/** The rows of all other images. */
export function withoutImages(table: Table, imageIdColumn: string, imageIds: ReadonlySet<string>): Table {
  const column = columnOf(table, imageIdColumn);
  return filterRows(table, (index) => !imageIds.has(String(column[index])));
}

/** @throws {ZarrStoreError} `invalid_argument` if a row has another id, or the table no such column */
export function assertRowsBelongTo(rows: Table, imageId: string, imageIdColumn: string, where: string): void {
  if (!rows.schema.fields.some((field) => field.name === imageIdColumn)) {
    throw new ZarrStoreError("invalid_argument", `${where}: the rows have no column ${imageIdColumn}`, {
      path: imageIdColumn,
    });
  }
  const column = columnOf(rows, imageIdColumn);
  for (let index = 0; index < rows.numRows; index++) {
    const found = column[index];
    if (found !== imageId) {
      throw new ZarrStoreError(
        "invalid_argument",
        `${where}: row ${index} belongs to ${String(found)}, not to ${imageId}`,
        { path: imageIdColumn, expected: imageId, found },
      );
    }
  }
}

/** Appends to the ledger of sources; a file that it has, by path and hash, makes our copy superfluous, unless that is allowed. */
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

export function sourceIdentity(row: SourceRow): string {
  return `${row.source_sha256 ?? ""} ${row.source_primary_path}`;
}

/** In order of ingest. */
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
