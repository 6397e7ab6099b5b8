// Tells the fault of one stored file, which fails its image alone, from an error that ends a whole run.

import { isKymSchemaError } from "@kym/kym-schema";
import { isZarrStoreError, type ZarrStoreError } from "@kym/zarr-store";

/** What ends a run whatever image it meets: the caller's wish, another writer, or a wrong call. */
const ENDS_A_RUN: ReadonlySet<ZarrStoreError["code"]> = new Set([
  "aborted",
  "conflict",
  "read_only",
  "invalid_argument",
]);

/** Why the files of one image or table cannot be used. */
export interface StoredFault {
  readonly code: string;
  /** In words for people. */
  readonly reason: string;
}

/**
 * The fault of a stored file, if that is what an error of reading a dataset says: it is missing, damaged, changed by another
 * program, malformed, or the disk does not give it. Undefined for any other error, so also for those of the files that a run writes.
 */
export function storedFault(error: unknown): StoredFault | undefined {
  const isOfFile =
    (isZarrStoreError(error) && !ENDS_A_RUN.has(error.code)) || isKymSchemaError(error, "invalid_file");
  return isOfFile ? { code: error.code, reason: error.message } : undefined;
}
