// The one error class of this package, and its guard.

/** What went wrong. The set is closed: programs branch on the code, people read the message. */
export type RoiErrorCode = "not_found" | "invalid_argument" | "not_supported";

/** Where it went wrong and what was found there; every field is optional. */
export interface RoiErrorDetails {
  /** The path in the document or argument, such as `$.data.x0` or `$[2].roi_id`. */
  readonly path?: string;
  readonly expected?: unknown;
  readonly found?: unknown;
  readonly cause?: unknown;
}

/**
 * The one error class of this package.
 *
 * @example
 * try { set = set.delete(7); } catch (error) {
 *   if (!isRoiError(error, "not_found")) throw error;
 * }
 */
export class RoiError extends Error {
  override readonly name = "RoiError";
  readonly code: RoiErrorCode;
  readonly details: RoiErrorDetails;

  constructor(code: RoiErrorCode, message: string, details: RoiErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.details = details;
  }
}

/** True for an error of this package. If codes are given, the error must have one of them. */
export function isRoiError(error: unknown, ...codes: readonly RoiErrorCode[]): error is RoiError {
  return (
    error instanceof Error &&
    error.name === "RoiError" &&
    "code" in error &&
    (codes.length === 0 || codes.some((code) => code === error.code))
  );
}
