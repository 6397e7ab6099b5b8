// The schema of an index table: the indexer's columns, extra columns, then provenance.

import type { Column, TableSchema } from "@kym/zarr-store";

/** The columns that the dataset adds to every index table, always last. */
export const PROVENANCE_COLUMNS: readonly Column[] = [
  { name: "image_id", type: "utf8", nullable: false },
  { name: "analysis_version", type: "utf8", nullable: false },
  { name: "params_hash", type: "utf8", nullable: false },
];

const PROVENANCE_NAMES: ReadonlySet<string> = new Set(PROVENANCE_COLUMNS.map(({ name }) => name));

export function isProvenanceColumn(name: string): boolean {
  return PROVENANCE_NAMES.has(name);
}

/** Puts the indexer's columns first, then extra columns as text, sorted by name, then the provenance. */
export function indexSchema(schema: TableSchema, extraNames: Iterable<string>): TableSchema {
  const extras = [...new Set(extraNames)].sort().map((name): Column => ({ name, type: "utf8" }));
  return { columns: [...schema.columns, ...extras, ...PROVENANCE_COLUMNS] };
}
