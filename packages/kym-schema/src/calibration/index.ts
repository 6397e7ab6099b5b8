/**
 * `@kym/kym-schema/calibration`: changes the calibration of an image, and compares it with the one that an analysis used.
 *
 * An edit rescales nothing: an analysis keeps the calibration that it used.
 *
 * @module
 */

export { isSameStep } from "../metadata/calibration.ts";
export { type CalibrationEdit, editCalibration } from "../metadata/edit-calibration.ts";
export { ANALYSIS_STATES } from "../radon/analysis-state.ts";
export { calibrationsOfTrace, type TraceCells } from "../radon/trace-calibrations.ts";
export { compareCalibration, type UsedCalibration } from "../radon/used-calibration.ts";
