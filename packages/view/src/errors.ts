// The one error class of this package, and its guard.

/** What went wrong. The set is closed: programs branch on the code, people read the message. */
export type ViewErrorCode = "invalid_overview";

/** Where it went wrong, what was expected and what was found there. */
export interface ViewErrorDetails {
  /** The place in the document, such as `$.channels[0].minimum`. */
  readonly path: string;
  readonly expected: string;
  readonly found: unknown;
}

/** The one error class of this package. Pixels and places of the screen are never refused; stored bytes can be. */
export class ViewError extends Error {
  override readonly name = "ViewError";
  readonly code: ViewErrorCode;
  readonly details: ViewErrorDetails;

  constructor(code: ViewErrorCode, details: ViewErrorDetails) {
    super(`${details.path}: expected ${details.expected}, found ${String(details.found).slice(0, 60)}`);
    this.code = code;
    this.details = details;
  }
}

/** True for an error of this package. */
export function isViewError(error: unknown): error is ViewError {
  return error instanceof Error && error.name === "ViewError" && "code" in error;
}
