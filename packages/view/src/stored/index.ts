/**
 * `@kym/view/stored`: overviews as they are made while pixels are stored, and the file that holds them.
 *
 * @module
 */

export { isViewError, ViewError, type ViewErrorCode, type ViewErrorDetails } from "../errors.ts";
export { OverviewBuilder } from "../pixels/overview-builder.ts";
export { decodeOverviews, encodeOverviews, type Overviews } from "../pixels/stored-overview.ts";
