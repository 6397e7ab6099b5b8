// Merges metadata that another program may have written.

import { isKymSchemaError } from "@kym/kym-schema";
import { type MetadataMerge, mergeMetadata } from "@kym/kym-schema/merge";
import { isZarrStoreError } from "@kym/zarr-store";

/** Undefined if a side is not a JSON object, and so has no fields. A base that is not an object counts as not known. */
export function tryMerge(base: string | undefined, ours: string, theirs: string): MetadataMerge | undefined {
  try {
    return mergeMetadata({ base, ours, theirs });
  } catch (error) {
    if (
      isKymSchemaError(error, "invalid_metadata") ||
      isZarrStoreError(error, "invalid_file", "invalid_argument")
    ) {
      return base === undefined ? undefined : tryMerge(undefined, ours, theirs);
    }
    throw error;
  }
}
