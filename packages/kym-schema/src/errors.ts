// The one error class of this package, and its guard.

/** What went wrong. The set is closed: programs branch on the code, people read the message. */
export type KymSchemaErrorCode = "invalid_file" | "invalid_metadata";

/** Where it went wrong and what was found there; every field is optional. */
export interface KymSchemaErrorDetails {
  /** The name of an artifact, or the path in a document (`$.rois`). */
  readonly path?: string;
  readonly expected?: unknown;
  readonly found?: unknown;
}

/**
 * The one error class of this package. Errors of the store (`ZarrStoreError`) pass through unchanged.
 *
 * @example
 * try { editMetadata(text, { accepted: false }); } catch (error) {
 *   if (!isKymSchemaError(error, "invalid_metadata")) throw error;
 * }
 */
export class KymSchemaError extends Error {
  override readonly name = "KymSchemaError";
  readonly code: KymSchemaErrorCode;
  readonly details: KymSchemaErrorDetails;

  constructor(code: KymSchemaErrorCode, message: string, details: KymSchemaErrorDetails = {}) {
    super(message);
    this.code = code;
    this.details = details;
  }
}

/** True for an error of this package. If codes are given, the error must have one of them. */
export function isKymSchemaError(
  error: unknown,
  ...codes: readonly KymSchemaErrorCode[]
): error is KymSchemaError {
  return (
    error instanceof Error &&
    error.name === "KymSchemaError" &&
    "code" in error &&
    (codes.length === 0 || codes.some((code) => code === error.code))
  );
}
