// The table in which a dataset keeps the file lists of acqstore, such as the randomised ones that scorers work through.

import type { Column } from "@kym/zarr-store";
import { COLUMNS } from "../columns.ts";
import { REL_PATH_COLUMN } from "../image-columns.ts";

/** The name of the table. */
export const ACQSTORE_LISTS_TABLE = "acqstore_lists";

/** The columns of the table {@link ACQSTORE_LISTS_TABLE}: one row for each row of a list, in its order. */
export const ACQSTORE_LISTS_COLUMNS: readonly Column[] = [
  {
    name: "list",
    type: "utf8",
    nullable: false,
    description: "the file, below the folder that was ingested",
  },
  { name: "position", type: "int64", nullable: false, description: "the row of the list, from 0" },
  { name: COLUMNS.imageId, type: "utf8", description: "NULL for a file that is not an image of the dataset" },
  { ...REL_PATH_COLUMN, description: "as the list has it" },
  {
    name: "group",
    type: "utf8",
    description: "in which the order was drawn; NULL in a list that is not randomised",
  },
  { name: "random_order", type: "int64" },
  { name: "source_index", type: "int64", description: "the place in the list that was randomised, from 0" },
  { name: "others", type: "utf8", description: "further columns of the list, as JSON" },
];
