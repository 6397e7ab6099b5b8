// The table in which a dataset remembers the fields that the names of its folders hold.

import type { Column } from "@kym/zarr-store";

/** The name of the table. It has the pattern alone in its first row, then a row for each folder's name that is mapped. */
export const PATH_FIELDS_TABLE = "path_fields";

/** The columns of the table {@link PATH_FIELDS_TABLE}. */
export const PATH_FIELDS_COLUMNS: readonly Column[] = [
  { name: "pattern", type: "utf8", nullable: false },
  { name: "field", type: "utf8", description: "of the experiment; NULL in the first row" },
  { name: "name", type: "utf8", description: "of a folder, or the piece of it that the field takes" },
  { name: "value", type: "utf8", description: "what is stored in its place" },
];
