// The one error class of this package, its codes, and the guard that recognises it.

import { isTypedError, TypedError } from "@kym/zarr-store/runtime";

/** What went wrong. Programs branch on the code; the message is for people. */
export type KymDatasetErrorCode =
  | "not_found"
  | "read_only"
  | "invalid_argument"
  | "invalid_name"
  | "invalid_metadata"
  | "schema_mismatch"
  /** Two datasets are not copies of each other. */
  | "unrelated"
  | "aborted";

/** Where it went wrong, what was expected and what was found. Every field is optional. */
export interface KymDatasetErrorDetails {
  /** A column, a table, an image id, or the path inside a document (`$.rois[2]`). */
  readonly path?: string;
  readonly expected?: unknown;
  readonly found?: unknown;
  readonly cause?: unknown;
}

/**
 * Every error that this package throws itself. Errors of the store (`ZarrStoreError`) pass through unchanged.
 *
 * @example
 * try { await kym.updateIndex(indexer); } catch (error) {
 *   if (!isKymDatasetError(error, "aborted")) throw error;
 * }
 */
export class KymDatasetError extends TypedError<KymDatasetErrorCode, KymDatasetErrorDetails> {
  override readonly name = "KymDatasetError";

  constructor(code: KymDatasetErrorCode, message: string, details: KymDatasetErrorDetails = {}) {
    super(code, message, details);
  }
}

/** True for an error of this package. If codes are given, the error must have one of them. */
export function isKymDatasetError(
  error: unknown,
  ...codes: readonly KymDatasetErrorCode[]
): error is KymDatasetError {
  return isTypedError(error, "KymDatasetError", codes);
}
