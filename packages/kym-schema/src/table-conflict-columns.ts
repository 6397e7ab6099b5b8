// The table of the pooled tables that two copies of a dataset changed.

import type { Column } from "@kym/zarr-store";

/** The name of the table. It has one row for each pooled table in conflict, and exists only while there are some. */
export const TABLE_CONFLICTS_TABLE = "table_conflicts";

/** The names of its columns. */
export const TABLE_CONFLICT_COLUMN = {
  table: "conflict_table",
  theirs: "conflict_theirs",
  from: "came_from",
} as const;

/** The columns of the table {@link TABLE_CONFLICTS_TABLE}. */
export const TABLE_CONFLICTS_COLUMNS: readonly Column[] = [
  { name: TABLE_CONFLICT_COLUMN.table, type: "utf8", nullable: false, description: "what stayed as it is" },
  {
    name: TABLE_CONFLICT_COLUMN.theirs,
    type: "utf8",
    description: "the pooled table that holds what came; NULL if it was deleted",
  },
  {
    name: TABLE_CONFLICT_COLUMN.from,
    type: "utf8",
    nullable: false,
    description: "where the other copy was",
  },
];
