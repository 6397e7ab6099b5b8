/**
 * Velocity, events, heart rate and diameter from kymographs of blood vessels. Typed arrays in, typed arrays out: nothing
 * here reads a file, a clock or the environment.
 *
 * @module
 */

export {
  CLEANING_ALGORITHMS,
  type CleaningVersion,
  type CleanVelocityInput,
  cleanVelocity,
} from "./cleaning/clean-velocity.ts";
export {
  type DiameterOptions,
  type DiameterTrace,
  diameter,
} from "./diameter/diameter.ts";
export { DIAMETER_FLAGS, type DiameterFlag } from "./diameter/diameter-flags.ts";
export {
  DEFAULT_DIAMETER_PARAMS,
  type DiameterParams,
  diameterAlgorithm,
} from "./diameter/diameter-params.ts";
export { FlowError, type FlowErrorCode, type FlowErrorDetails, isFlowError } from "./errors.ts";
export type { BaselineShiftParams, EventsVersion } from "./events/baseline-shifts.ts";
export {
  DEFAULT_BASELINE_SHIFT_PARAMS,
  DEFAULT_GAP_PARAMS,
  type DetectGapsOptions,
  type DetectOptions,
  type DetectVelocityEventsOptions,
  detectGaps,
  detectVelocityEvents,
  EVENTS_ALGORITHMS,
  type VelocityEvents,
} from "./events/detect-events.ts";
export type { GapParams } from "./events/gaps.ts";
export {
  DEFAULT_STALL_PARAMS,
  type StallOptions,
  type StallParams,
  type StallSummary,
  stallSummary,
} from "./events/stall-summary.ts";
export type {
  TimedVelocity,
  VelocityEvent,
  VelocityEventType,
  VelocityMachineType,
} from "./events/velocity-event.ts";
export {
  HEART_RATE_ALGORITHM,
  type HeartRateOptions,
  type HeartRateResult,
  type HeartRateSegments,
  type HeartRateStatus,
  heartRate,
} from "./heart-rate/heart-rate.ts";
export { DEFAULT_HEART_RATE_PARAMS, type HeartRateParams } from "./heart-rate/heart-rate-params.ts";
export type { SpectrumPeak } from "./heart-rate/spectrum.ts";
export {
  LSPIV_ALGORITHM,
  type LspivVelocityOptions,
  type LspivVelocityTrace,
  lspivVelocity,
} from "./lspiv/lspiv-velocity.ts";
export type { FlowCalibration } from "./plane/calibration.ts";
export type { FlowPlane, FlowRegion } from "./plane/plane.ts";
export type { VelocityTrace } from "./plane/velocity-trace.ts";
export {
  RADON_ALGORITHM,
  RADON_COLUMNS_REMOVED_ALGORITHM,
  type RadonVelocityOptions,
  type RadonVelocityTrace,
  radonVelocity,
} from "./radon/radon-velocity.ts";
