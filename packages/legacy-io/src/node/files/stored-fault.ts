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
 * The fault of a stored file, if that is what an error of a dataset says: it is missing, damaged, changed by another program,
 * malformed, or the disk does not give it. Undefined for any other error, so also for those of the log and of the files that a run
 * writes.
 */
export function storedFault(error: unknown): StoredFault | undefined {
  if (isKymSchemaError(error, "invalid_file")) {
    return { code: error.code, reason: error.message };
  }
  const isFault =
    isZarrStoreError(error) &&
    !ENDS_A_RUN.has(error.code) &&
    (!NAMES_ITS_FILE.has(error.code) || isOfObject(error));
  return isFault ? { code: error.code, reason: error.message } : undefined;
}

/** The errors that the log and the disk can have as well; those of an object say which it is. */
const NAMES_ITS_FILE: ReadonlySet<ZarrStoreError["code"]> = new Set(["integrity", "modified_outside", "io"]);

/** Names that begin with `__` are those of the commit protocol. */
function isOfObject({ details: { path = "", paths = [path] } }: ZarrStoreError): boolean {
  return paths.every((one) => one !== "" && !one.startsWith("__"));
}
