// Merges new rows into an index table, range by range, so that rows that stay are copied and not parsed.

import type { Column, Row, TableSchema } from "@kym/zarr-store";
import { type RowRange, spliceRows, tableFromRows, takeRows } from "@kym/zarr-store/table/lazy";
import { rowRunsOf, rowsOf, schemaOfTable } from "@kym/zarr-store/table/reading";
import type { Table } from "apache-arrow";
import { conformRow } from "./conform-row.ts";
import { indexSchema, isProvenanceColumn, PROVENANCE_COLUMNS } from "./index-schema.ts";

const STAMPS = PROVENANCE_COLUMNS.map(({ name }) => name);

/** How an index table changes. */
export interface IndexTableChange {
  /** The new rows of each image, stamped. They replace the image's old rows. */
  readonly rowsByImageId: ReadonlyMap<string, readonly Row[]>;
  /** Images that lose their rows. */
  readonly removedIds: ReadonlySet<string>;
  /** Extra columns that stay, whatever is in them: all parts of a table have the same. Default: none. */
  readonly extraNames?: readonly string[] | undefined;
}

export interface IndexTable {
  readonly table: Table;
  readonly schema: TableSchema;
  /** Where the rows of each image came from, in order. The stamps are those in {@link table}. */
  readonly ranges: readonly StampedRange[];
}

/** Adjacent rows of one image with the same stamps. */
export interface StampedRange extends RowRange {
  readonly imageId: string;
  readonly analysisVersion: string | null;
  readonly paramsHash: string | null;
}

/**
 * Applies a change to an index table. The result is sorted by image id and has the indexer's schema. An extra column
 * stays, as text, while any row has a value in it.
 *
 * The result depends on the rows alone, not on the order of changes that led to them; so do its bytes.
 *
 * @throws {KymDatasetError} `schema_mismatch` if a row that stays does not fit the schema
 * @throws {ZarrStoreError} `schema_mismatch` for a table without provenance
 */
export function mergeIndexTable(
  current: Table | undefined,
  schema: TableSchema,
  change: IndexTableChange,
): IndexTable {
  const { rowsByImageId, removedIds } = change;
  const isGone = (id: string): boolean => rowsByImageId.has(id) || removedIds.has(id);
  const kept = current === undefined ? [] : keptRanges(current, schema, isGone);
  // In the order of the result, so that all new rows are one range.
  const rows = [...rowsByImageId.keys()].sort().flatMap((imageId) => rowsByImageId.get(imageId) ?? []);
  const known = new Set(indexSchema(schema, []).columns.map(({ name }) => name));
  const extraNames = new Set([...(change.extraNames ?? []), ...valuedColumns(kept, known)]);
  for (const row of rows) {
    for (const name of Object.keys(row)) {
      if (!known.has(name)) {
        extraNames.add(name);
      }
    }
  }
  const whole = indexSchema(schema, extraNames);
  const added = stampedRanges(tableFromRows(rows, whole));
  const ranges = [...kept, ...added].sort((a, b) =>
    a.imageId < b.imageId ? -1 : Number(a.imageId > b.imageId),
  );
  return { table: spliceRows(joinRanges(ranges), whole), schema: whole, ranges };
}

/** Divides a merged table into several, which keep the order of its rows. */
export function splitIndexTable(
  { ranges, schema }: IndexTable,
  partOf: (imageId: string) => number,
): ReadonlyMap<number, Table> {
  return new Map(
    [...Map.groupBy(ranges, ({ imageId }) => partOf(imageId))].map(([part, own]) => [
      part,
      spliceRows(joinRanges(own), schema),
    ]),
  );
}

/**
 * Finds the ranges of rows that have an image id.
 *
 * @throws {ZarrStoreError} `schema_mismatch` for a table without provenance
 */
export function stampedRanges(table: Table): readonly StampedRange[] {
  const ranges: StampedRange[] = [];
  for (const { firstRow, rowCount, texts } of rowRunsOf(table, STAMPS)) {
    const [imageId, analysisVersion = null, paramsHash = null] = texts;
    if (typeof imageId === "string") {
      ranges.push({ table, firstRow, rowCount, imageId, analysisVersion, paramsHash });
    }
  }
  return ranges;
}

function keptRanges(
  table: Table,
  schema: TableSchema,
  isGone: (imageId: string) => boolean,
): readonly StampedRange[] {
  const ranges = stampedRanges(table).filter(({ imageId }) => !isGone(imageId));
  if (ranges.length === 0 || typesAgree(schemaOfTable(table), schema)) {
    return ranges;
  }
  return stampedRanges(conformTable(takeRows(table, ranges.flatMap(rowsOfRange)), schema));
}

function rowsOfRange({ firstRow, rowCount }: RowRange): readonly number[] {
  return Array.from({ length: rowCount }, (_, index) => firstRow + index);
}

/** Joins adjacent ranges of a table: most images stay where they are, so a few large copies do. */
function joinRanges(ranges: readonly RowRange[]): readonly RowRange[] {
  const joined: RowRange[] = [];
  for (const { table, firstRow, rowCount } of ranges) {
    const last = joined.at(-1);
    if (last !== undefined && last.table === table && last.firstRow + last.rowCount === firstRow) {
      joined[joined.length - 1] = { ...last, rowCount: last.rowCount + rowCount };
    } else {
      joined.push({ table, firstRow, rowCount });
    }
  }
  return joined;
}

/** Converts a table of the Python system, or of an older schema, to the schema's types. */
function conformTable(table: Table, schema: TableSchema): Table {
  const rows = Array.from(rowsOf(table), (row): Row => {
    const stamps = PROVENANCE_COLUMNS.map(({ name }) => [name, row[name]] as const);
    return { ...conformRow(schema, row), ...Object.fromEntries(stamps) };
  });
  const names = rows.flatMap((row) => Object.keys(row)).filter((name) => !isKnown(name, schema));
  return tableFromRows(rows, indexSchema(schema, names));
}

function typesAgree(found: TableSchema, schema: TableSchema): boolean {
  return found.columns.every((column) => {
    const own = schema.columns.find(({ name }) => name === column.name);
    return own === undefined ? column.type === "utf8" : hasTypeOf(own, column);
  });
}

/** True if type and unit agree; descriptions may differ. */
export function hasTypeOf(own: Column, found: Column): boolean {
  return own.type === found.type && own.unit === found.unit;
}

function isKnown(name: string, schema: TableSchema): boolean {
  return isProvenanceColumn(name) || schema.columns.some((column) => column.name === name);
}

/** The names of columns outside the schema that have a value in some row. */
function valuedColumns(ranges: readonly RowRange[], known: ReadonlySet<string>): readonly string[] {
  const [first] = ranges;
  const others = first?.table.schema.fields.map(({ name }) => name).filter((name) => !known.has(name)) ?? [];
  return others.filter((name) => {
    const column = first?.table.getChild(name);
    return ranges.some((range) => rowsOfRange(range).some((row) => column?.isValid(row) === true));
  });
}
