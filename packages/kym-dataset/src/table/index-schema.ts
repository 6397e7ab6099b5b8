import type { Column, TableSchema } from "@kym/zarr-store";

/** The columns that the dataset stamps, last in every index table (ticket 17). */
export const PROVENANCE_COLUMNS: readonly Column[] = [
  { name: "image_id", type: "utf8", nullable: false },
  { name: "analysis_version", type: "utf8", nullable: false },
  { name: "params_hash", type: "utf8", nullable: false },
];

const PROVENANCE_NAMES: ReadonlySet<string> = new Set(PROVENANCE_COLUMNS.map(({ name }) => name));

export function isProvenanceColumn(name: string): boolean {
  return PROVENANCE_NAMES.has(name);
}

/** The schema of an index table: the indexer's columns, extra ones as text sorted by name, provenance. */
export function indexSchema(schema: TableSchema, extraNames: Iterable<string>): TableSchema {
  const extras = [...new Set(extraNames)].sort().map((name): Column => ({ name, type: "utf8" }));
  return { columns: [...schema.columns, ...extras, ...PROVENANCE_COLUMNS] };
}
