/**
 * The indexers of the Python system's first generation, for tables in its columns.
 *
 * @module
 */

export { radonReportIndexer } from "../indexers/first-generation/radon-report.ts";
export { velocityEventsReportIndexer } from "../indexers/first-generation/velocity-events-report.ts";
