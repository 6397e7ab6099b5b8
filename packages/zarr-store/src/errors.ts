// The error class of this package: a closed set of codes, and the details that come with them.

import { isTypedError, TypedError } from "./typed-error.ts";

/** What went wrong, as a closed set. Programs branch on the code; the message is for people. */
export type ZarrStoreErrorCode =
  | "not_found"
  | "read_only"
  | "invalid_argument"
  | "invalid_name"
  | "schema_mismatch"
  | "not_supported"
  | "already_exists"
  | "conflict"
  | "integrity"
  | "modified_outside"
  | "invalid_metadata"
  | "invalid_file"
  | "io"
  | "aborted";

/** Where it went wrong and what was found there. Every field is optional, and none ever holds a secret. */
export interface ZarrStoreErrorDetails {
  /** The key below the root of the dataset, or the path inside a document (`$.rois[2].name`). */
  readonly path?: string;
  /** All paths concerned, if there are several, as in a conflict or a check. */
  readonly paths?: readonly string[];
  /** The line of a text file, counted from 1. */
  readonly line?: number;
  /** The byte offset in the file. */
  readonly offset?: number;
  readonly expected?: unknown;
  readonly found?: unknown;
  readonly cause?: unknown;
}

/**
 * The one error class of this package.
 *
 * @example
 * try { await record.loadJson("qc"); } catch (error) {
 *   if (!isZarrStoreError(error, "not_found")) throw error;
 * }
 */
export class ZarrStoreError extends TypedError<ZarrStoreErrorCode, ZarrStoreErrorDetails> {
  override readonly name = "ZarrStoreError";

  constructor(code: ZarrStoreErrorCode, message: string, details: ZarrStoreErrorDetails = {}) {
    super(code, message, details);
  }
}

/** True for an error of this package. If codes are given, the error must have one of them. */
export function isZarrStoreError(
  error: unknown,
  ...codes: readonly ZarrStoreErrorCode[]
): error is ZarrStoreError {
  return isTypedError(error, "ZarrStoreError", codes);
}
