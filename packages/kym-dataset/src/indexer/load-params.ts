// Loads the params artifact of an analysis as text, which keeps the spelling of its numbers for the hash.

import { type JsonText, jsonText, type ReadOptions, type ZarrImageRecord } from "@kym/zarr-store";
import { type ArtifactRef, findArtifact } from "./artifact-ref.ts";

const NO_PARAMS: JsonText = jsonText("{}");

/**
 * Loads the first params artifact that the image has, or `{}` if it does not have any.
 *
 * @throws {ZarrStoreError} `invalid_file` for an artifact that is not JSON
 */
export async function loadParams(
  record: ZarrImageRecord,
  refs: readonly ArtifactRef[],
  options: ReadOptions = {},
): Promise<JsonText> {
  const found = findArtifact(refs, await record.objectHashes());
  return found === undefined ? NO_PARAMS : record.loadJsonText(found.name, options);
}
