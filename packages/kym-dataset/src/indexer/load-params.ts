import { type JsonText, jsonText, type ReadOptions, type ZarrImageRecord } from "@kym/zarr-store";
import { type ArtifactRef, findArtifact } from "./artifact-ref.ts";

const NO_PARAMS: JsonText = jsonText("{}");

/**
 * The text of the first params artifact that an image has; `{}` if it has none.
 *
 * @throws {ZarrStoreError} `invalid_file` for an artifact that is no JSON
 */
export async function loadParams(
  record: ZarrImageRecord,
  refs: readonly ArtifactRef[],
  options: ReadOptions = {},
): Promise<JsonText> {
  const found = findArtifact(refs, await record.objectHashes());
  return found === undefined ? NO_PARAMS : record.loadJsonText(found.name, options);
}
