// The error class of this package and its closed set of codes.

import { isTypedError, TypedError } from "@kym/zarr-store/runtime";

/** The closed set of error codes. Programs should branch on the code; messages are for people. */
export type LegacyIoErrorCode =
  | "not_found"
  | "read_only"
  | "invalid_argument"
  | "invalid_name"
  | "schema_mismatch"
  | "not_supported"
  | "already_exists"
  | "conflict"
  | "integrity"
  | "invalid_file"
  | "io"
  | "aborted";

/** Where an error occurred and what was found there. Every field is optional. */
export interface LegacyIoErrorDetails {
  /** The file, as the caller spelled it. */
  readonly path?: string;
  /** Byte offset in the file. */
  readonly offset?: number;
  /** Line of a text file, counted from 1. */
  readonly line?: number;
  /** Name of the TIFF tag concerned, as the TIFF 6.0 specification spells it. */
  readonly tag?: string;
  readonly expected?: unknown;
  readonly found?: unknown;
  readonly cause?: unknown;
}

/**
 * The one error class of this package.
 *
 * @example
 * try { await readTiff(source); } catch (error) {
 *   if (isLegacyIoError(error, "not_supported")) console.log(error.details.tag);
 * }
 */
export class LegacyIoError extends TypedError<LegacyIoErrorCode, LegacyIoErrorDetails> {
  override readonly name = "LegacyIoError";

  constructor(code: LegacyIoErrorCode, message: string, details: LegacyIoErrorDetails = {}) {
    super(code, message, details);
  }
}

/** True for an error of this package that has one of the given codes, or any code if none is given. */
export function isLegacyIoError(
  error: unknown,
  ...codes: readonly LegacyIoErrorCode[]
): error is LegacyIoError {
  return isTypedError(error, "LegacyIoError", codes);
}
