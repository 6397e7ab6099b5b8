/**
 * Velocity, events, heart rate and diameter from kymographs of blood vessels. Typed arrays in, typed arrays out: nothing
 * here reads a file, a clock or the environment.
 *
 * @module
 */

export { FlowError, type FlowErrorCode, type FlowErrorDetails, isFlowError } from "./errors.ts";
export type { FlowCalibration } from "./plane/calibration.ts";
export type { FlowPlane, FlowRegion } from "./plane/plane.ts";
export type { VelocityTrace } from "./plane/velocity-trace.ts";
export {
  RADON_ALGORITHM,
  type RadonVelocityOptions,
  type RadonVelocityTrace,
  radonVelocity,
} from "./radon/radon-velocity.ts";
