/**
 * Indexers of the Python system's first generation. Their tables have its columns.
 *
 * @module
 */

export { radonReportIndexer } from "../indexers/first-generation/radon-report.ts";
export { velocityEventsReportIndexer } from "../indexers/first-generation/velocity-events-report.ts";
