/**
 * `@kym/kym-schema/flow`: what `kym analyze` stores, and what a dataset remembers about it.
 *
 * @module
 */

export {
  ANALYSIS_SETTINGS_COLUMNS,
  ANALYSIS_SETTINGS_TABLE,
  type AnalysisSettings,
  DEFAULT_ANALYSIS_SETTINGS,
  type PreferredSoftware,
  parseAnalysisSettings,
  rowsOfAnalysisSettings,
} from "./analysis-settings.ts";
export { FLOW_RUN_KEYS, FLOW_SOFTWARE, type FlowRuns, NO_FLOW_RUNS, parseFlowRuns } from "./flow-runs.ts";
export { FLOW_DIAMETER_SCHEMA, FLOW_LSPIV_SCHEMA, FLOW_VELOCITY_SCHEMA } from "./flow-schemas.ts";
export {
  FLOW_HEART_RATE_COLUMNS,
  POOLED_DIAMETER_COLUMNS,
  POOLED_HEART_RATE_COLUMNS,
  POOLED_RADON_COLUMNS,
} from "./pooled-flow-columns.ts";
