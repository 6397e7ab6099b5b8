/** `@kym/kym-schema/tables`: the names of pooled tables, and their columns beside those of the root entry. */

export { FIRST_EVENT_COLUMNS, POOLED_EVENT_COLUMNS } from "../events/velocity-events-schema.ts";
export { IMAGE_LIST_COLUMNS } from "../image-columns.ts";
export { POOLED_TABLES } from "../pooled-tables.ts";
export { FIRST_RADON_COLUMNS } from "../radon/radon-columns.ts";
