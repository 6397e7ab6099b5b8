/** The errors of this package: one class with a closed set of codes. */

/** What went wrong, as a closed set: programs branch on it, messages are for people. */
export type KymSchemaErrorCode = "invalid_file" | "invalid_metadata";

/** Where it went wrong and what was found there; every field is optional. */
export interface KymSchemaErrorDetails {
  /** An artifact, or the path inside a document (`$.rois`). */
  readonly path?: string;
  readonly expected?: unknown;
  readonly found?: unknown;
}

/**
 * The one error class of this package. What the store throws (`ZarrStoreError`) passes through unchanged.
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

/** True for an error of this package, and, if codes are given, for one with one of these codes. */
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
