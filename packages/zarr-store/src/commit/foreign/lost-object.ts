// Tells that the committed bytes of an object are gone from other reasons why it cannot be read.

import { isZarrStoreError } from "../../errors.ts";
import type { StoreKey } from "../../store/store-key.ts";

/**
 * Whether a read failed because the file at the path is missing, damaged, or another program's. It was looked for everywhere, so
 * the bytes that were committed are gone.
 */
export function isLostObject(error: unknown, path?: StoreKey): boolean {
  return (
    isZarrStoreError(error, "modified_outside", "integrity") &&
    (path === undefined || error.details["path"] === path)
  );
}
