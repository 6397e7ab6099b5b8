// One change of a dataset in the terms of a lab: a field, a ROI, a table, an image.

import type { CellValue } from "@kym/zarr-store";

/** The rows of a table before a change and after it, and which of them differ. */
export interface RowChange {
  readonly before: number;
  readonly after: number;
  /** The column by which rows are told apart; null if the table has none. The lists are empty then. */
  readonly key: string | null;
  readonly added: readonly CellValue[];
  readonly deleted: readonly CellValue[];
  readonly changed: readonly CellValue[];
}

/** One change, as `--json` gives it. */
export interface Change {
  /** Null for a pooled table. */
  readonly image_id: string | null;
  readonly kind:
    | "image"
    /** A field of the metadata. `name` is that of the merge, as `experiment_metadata.condition`. */
    | "field"
    /** `name` is the id of the ROI. */
    | "roi"
    | "table"
    | "json"
    | "array"
    | "attachment"
    /** An image of another copy that a pull kept. `name` is that of its folder. */
    | "kept_image"
    | "pooled_table";
  readonly name: string;
  readonly change: "added" | "deleted" | "changed";
  /** The values of a field or a ROI; absent if there was no value, or if it is not known. */
  readonly before?: unknown;
  readonly after?: unknown;
  /** Of a table whose rows are known. */
  readonly rows?: RowChange;
  /** How many images a pooled table was changed for; absent if that is not known. */
  readonly images?: number;
}
