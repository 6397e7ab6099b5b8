/** Loading the text of the artifact `metadata`, from a record, a file or any other store of artifacts. */
import { type ArtifactStore, isZarrStoreError, type ReadOptions } from "@kym/zarr-store";
import { ARTIFACTS } from "../artifact-names.ts";

/** {@link loadMetadataText} with `ifUnreadable: "none"` takes a text that is not JSON for none. */
export interface LoadMetadataOptions extends ReadOptions {
  readonly ifUnreadable?: "throw" | "none" | undefined;
}

/**
 * The text of an image's metadata, as it is stored; undefined if the image has none.
 *
 * @param store a record, its `asArtifactStore()`, or the store of a file
 * @throws {ZarrStoreError} `invalid_file` for a text that is not JSON, unless `ifUnreadable` is `"none"`; what the store throws
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
