// The one error class of this package, and its guard.

/** What went wrong. The set is closed: programs branch on the code, people read the message. */
export type FlowErrorCode = "invalid_argument";

/** Where it went wrong and what was found there; every field is optional. */
export interface FlowErrorDetails {
  /** The argument, such as `windowLines` or `plane.pixels`. */
  readonly path?: string;
  readonly expected?: unknown;
  readonly found?: unknown;
}

/** The one error class of this package. Arguments are refused; pixels never are. */
export class FlowError extends Error {
  override readonly name = "FlowError";
  readonly code: FlowErrorCode;
  readonly details: FlowErrorDetails;

  constructor(code: FlowErrorCode, message: string, details: FlowErrorDetails = {}) {
    super(message);
    this.code = code;
    this.details = details;
  }
}

/** True for an error of this package. If codes are given, the error must have one of them. */
export function isFlowError(error: unknown, ...codes: readonly FlowErrorCode[]): error is FlowError {
  return (
    error instanceof Error &&
    error.name === "FlowError" &&
    "code" in error &&
    (codes.length === 0 || codes.some((code) => code === error.code))
  );
}

/** Refuses an argument. */
export function refuse(path: string, expected: string, found: unknown): FlowError {
  return new FlowError("invalid_argument", `${path}: expected ${expected}, found ${String(found)}`, {
    path,
    expected,
    found,
  });
}
