// Loads the text of an image's metadata from a record, a file or any other store of artifacts.

import type { ArtifactStore, ReadOptions } from "@kym/zarr-store";
import { isZarrStoreError } from "@kym/zarr-store/runtime";
import { ARTIFACTS } from "../artifact-names.ts";

/** With `ifUnreadable: "none"`, {@link loadMetadataText} treats text that is not JSON as absent. */
export interface LoadMetadataOptions extends ReadOptions {
  readonly ifUnreadable?: "throw" | "none" | undefined;
}

/**
 * Returns the stored text of an image's metadata; undefined if the image has no metadata.
 *
 * @param store a record, its `asArtifactStore()`, or the store of a file
 * @throws {ZarrStoreError} `invalid_file` for text that is not JSON, unless `ifUnreadable` is `"none"`; and the
 *   errors of the store
 */
export async function loadMetadataText(
  store: Pick<ArtifactStore, "loadJsonText">,
  { ifUnreadable = "throw", ...options }: LoadMetadataOptions = {},
): Promise<string | undefined> {
  try {
    return (await store.loadJsonText(ARTIFACTS.metadata, options)).text;
  } catch (error) {
    const isNone =
      isZarrStoreError(error, "not_found") ||
      (ifUnreadable === "none" && isZarrStoreError(error, "invalid_file"));
    if (isNone) {
      return undefined;
    }
    throw error;
  }
}
