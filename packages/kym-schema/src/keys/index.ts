/**
 * `@kym/kym-schema/keys`: the stored keys of JSON artifacts and summaries, for programs that keep everything
 * they do not change.
 *
 * @module
 */

export { withoutImageEnding } from "../image-ending.ts";
export { CALIBRATION_SOURCES } from "../metadata/calibration.ts";
export { EXPERIMENT_KEYS } from "../metadata/experiment.ts";
export { METADATA_KEYS } from "../metadata/metadata.ts";
export { HEADER_FACT_KEYS, METADATA_HEADER_KEYS } from "../metadata/metadata-header.ts";
export { SUMMARY_KEYS } from "../metadata/summarize-metadata.ts";
export { isOverviewName, type OverviewFile, overviewFile } from "../overview-file.ts";
export { INGEST_MODE, PROVENANCE_KEYS } from "../provenance/provenance.ts";
export { PROVENANCE_HISTORY } from "../provenance/provenance-history.ts";
export { ANALYSIS_RUN_KEYS, RADON_PARAMS_KEYS } from "../radon/analysis-runs.ts";
