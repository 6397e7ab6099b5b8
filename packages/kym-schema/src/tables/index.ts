/**
 * `@kym/kym-schema/tables`: the names of the pooled tables, and their columns beyond those of the main entry.
 *
 * @module
 */

export { ACQSTORE_LISTS_COLUMNS, ACQSTORE_LISTS_TABLE } from "../acqstore/acqstore-lists.ts";
export {
  ACQSTORE_PEAK_COLUMNS,
  ACQSTORE_PEAK_FEATURES,
  ACQSTORE_PEAK_WIDTHS,
} from "../acqstore/acqstore-peak-columns.ts";
export { ACQSTORE_SOFTWARE, ACQSTORE_VELOCITY_SCHEMA } from "../acqstore/acqstore-velocity-schema.ts";
export { POOLED_SUM_INTENSITY_COLUMNS } from "../acqstore/pooled-sum-intensity-columns.ts";
export { FIRST_EVENT_COLUMNS, POOLED_EVENT_COLUMNS } from "../events/velocity-events-schema.ts";
export { IMAGE_LIST_COLUMNS, IMAGES_COLUMNS } from "../image-columns.ts";
export {
  IMAGE_CONFLICT_COLUMN,
  IMAGE_CONFLICTS_COLUMNS,
  IMAGE_CONFLICTS_TABLE,
} from "../image-conflict-columns.ts";
export { PATH_FIELDS_COLUMNS, PATH_FIELDS_TABLE } from "../path-fields-columns.ts";
export { POOLED_TABLES } from "../pooled-tables.ts";
export { FIRST_RADON_COLUMNS } from "../radon/radon-columns.ts";
export {
  TABLE_CONFLICT_COLUMN,
  TABLE_CONFLICTS_COLUMNS,
  TABLE_CONFLICTS_TABLE,
} from "../table-conflict-columns.ts";
