import { isTypedError, TypedError } from "@kym/zarr-store/runtime";

/** What went wrong, as a closed set: programs branch on it, messages are for people. */
export type KymDatasetErrorCode =
  | "not_found"
  | "read_only"
  | "invalid_argument"
  | "invalid_name"
  | "invalid_metadata"
  | "schema_mismatch"
  | "aborted";

/** Where it went wrong and what was met there; every field is optional. */
export interface KymDatasetErrorDetails {
  /** A column, a table, an image id, or the path inside a document (`$.rois[2]`). */
  readonly path?: string;
  readonly expected?: unknown;
  readonly found?: unknown;
  readonly cause?: unknown;
}

/**
 * The one error class of this package. What the store throws (`ZarrStoreError`) passes through unchanged.
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

/** True for an error of this package, and, if codes are given, for one with one of these codes. */
export function isKymDatasetError(
  error: unknown,
  ...codes: readonly KymDatasetErrorCode[]
): error is KymDatasetError {
  return isTypedError(error, "KymDatasetError", codes);
}
