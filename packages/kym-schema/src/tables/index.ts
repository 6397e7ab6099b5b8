/** `@kym/kym-schema/tables`: the columns of pooled tables beside those of the root entry. */

export { FIRST_EVENT_COLUMNS, POOLED_EVENT_COLUMNS } from "../events/velocity-events-schema.ts";
export { IMAGE_LIST_COLUMNS } from "../image-columns.ts";
export { FIRST_RADON_COLUMNS } from "../radon/radon-columns.ts";
