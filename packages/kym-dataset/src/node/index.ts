/**
 * `@kym/kym-dataset/node`: analyses in worker threads. This entry needs Node.
 *
 * @module
 */

export { type AnalysisPool, analysisPool } from "./analysis-pool.ts";
