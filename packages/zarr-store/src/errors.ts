import { isTypedError, TypedError } from "./typed-error.ts";

/** What went wrong, as a closed set: programs branch on it, messages are for people. */
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

/** Where it went wrong and what was met there; every field is optional, none is ever a secret. */
export interface ZarrStoreErrorDetails {
  /** The key below the dataset's root, or the path inside a document (`$.rois[2].name`). */
  readonly path?: string;
  /** All paths concerned, where there are several (a conflict, a check). */
  readonly paths?: readonly string[];
  /** Line of a text file, counted from 1. */
  readonly line?: number;
  /** Byte offset in the file. */
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

/** True for an error of this package, and, if codes are given, for one with one of these codes. */
export function isZarrStoreError(
  error: unknown,
  ...codes: readonly ZarrStoreErrorCode[]
): error is ZarrStoreError {
  return isTypedError(error, "ZarrStoreError", codes);
}
