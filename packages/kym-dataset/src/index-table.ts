import {
  addColumns,
  type Column,
  columnOf,
  concatTables,
  filterRows,
  type Row,
  rowsOf,
  schemaOfTable,
  selectColumns,
  sortRowsBy,
  type TableSchema,
  tableFromRows,
} from "@kym/zarr-store";
import type { Table } from "apache-arrow";
import { conformRow } from "./conform-row.ts";
import { indexSchema, isProvenanceColumn, PROVENANCE_COLUMNS } from "./index-schema.ts";

const IMAGE_ID = "image_id";

/** What becomes of an index table. */
export interface IndexTableChange {
  /** The stamped rows that images have from now on. */
  readonly rowsByImageId: ReadonlyMap<string, readonly Row[]>;
  /** Images that have none from now on. */
  readonly removedIds: ReadonlySet<string>;
}

export interface IndexTable {
  readonly table: Table;
  readonly schema: TableSchema;
}

/**
 * The index table after a change: sorted by image id, in the indexer's schema, extra columns that are not NULL in every
 * row as text, provenance last. It depends on the rows alone, not on how they came about, and so do its bytes.
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
  const kept = current && withoutImages(current, (id) => rowsByImageId.has(id) || removedIds.has(id));
  const keptTable = kept === undefined || kept.numRows === 0 ? undefined : conformTable(kept, schema);
  const rows = [...rowsByImageId.values()].flat();
  const known = new Set(indexSchema(schema, []).columns.map(({ name }) => name));
  const extraNames = [
    ...(keptTable === undefined ? [] : valuedColumns(keptTable)),
    ...rows.flatMap((row) => Object.keys(row)),
  ].filter((name) => !known.has(name));
  const whole = indexSchema(schema, extraNames);
  const added = tableFromRows(rows, whole);
  const parts = keptTable === undefined ? [added] : [withColumns(keptTable, whole), added];
  return { table: sortRowsBy(concatTables(parts, whole), IMAGE_ID), schema: whole };
}

function withoutImages(table: Table, isGone: (imageId: string) => boolean): Table {
  const ids = columnOf(table, IMAGE_ID);
  return filterRows(table, (row) => {
    const id = ids[row];
    return typeof id === "string" && !isGone(id);
  });
}

/** In our types where it has others: a table of the Python system, or of an older schema. */
function conformTable(table: Table, schema: TableSchema): Table {
  if (typesAgree(schemaOfTable(table), schema)) {
    return table;
  }
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

/** True if a column is what the schema says, but for the words of its description. */
export function hasTypeOf(own: Column, found: Column): boolean {
  return own.type === found.type && own.unit === found.unit;
}

function isKnown(name: string, schema: TableSchema): boolean {
  return isProvenanceColumn(name) || schema.columns.some((column) => column.name === name);
}

/** The names of the columns that are not NULL in every row. */
function valuedColumns(table: Table): readonly string[] {
  return table.schema.fields
    .map(({ name }) => name)
    .filter((name) => (table.getChild(name)?.nullCount ?? 0) < table.numRows);
}

/** The columns of a schema, in its order; those that are not there are NULL. */
function withColumns(table: Table, schema: TableSchema): Table {
  const present = new Set(table.schema.fields.map(({ name }) => name));
  const missing = schema.columns.filter(({ name }) => !present.has(name));
  return selectColumns(
    addColumns(table, missing),
    schema.columns.map(({ name }) => name),
  );
}
