// Loads the name of the file that an image came from.

import { ARTIFACTS } from "@kym/kym-schema";
import { PROVENANCE_KEYS } from "@kym/kym-schema/keys";
import { type ArtifactStore, isZarrStoreError, type ReadOptions } from "@kym/zarr-store";

/**
 * The name of an image's source file, as its artifact `provenance` states it; undefined if it states none. The provenance of
 * the Python system has a path instead of a name.
 *
 * @throws what the store throws, but for a `provenance` that is missing or is not JSON
 */
export async function loadSourceName(
  store: Pick<ArtifactStore, "loadJson">,
  options: ReadOptions = {},
): Promise<string | undefined> {
  try {
    const provenance = await store.loadJson(ARTIFACTS.provenance, options);
    const isObject = typeof provenance === "object" && provenance !== null;
    const fields = new Map<string, unknown>(isObject ? Object.entries(provenance) : []);
    return (
      textOf(fields.get(PROVENANCE_KEYS.sourceName)) ??
      fileNameIn(textOf(fields.get(PROVENANCE_KEYS.sourcePrimaryPath))) ??
      fileNameIn(textOf(fields.get(PROVENANCE_KEYS.originalPath)))
    );
  } catch (error) {
    if (isZarrStoreError(error, "not_found", "invalid_file")) {
      return undefined;
    }
    throw error;
  }
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

/** The part of a path of any system after its last separator. */
function fileNameIn(path: string | undefined): string | undefined {
  return textOf(path?.slice(Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\")) + 1));
}
