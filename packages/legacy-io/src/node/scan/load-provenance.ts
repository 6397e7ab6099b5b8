// Loads the artifact `provenance` of an image.

import { ARTIFACTS, isKymSchemaError, type Provenance, parseProvenance } from "@kym/kym-schema";
import { type DatasetContents, isZarrStoreError } from "@kym/zarr-store";

/** Returns undefined for an image that was not ingested, or whose provenance cannot be read. */
export async function loadProvenance(
  record: ReturnType<DatasetContents["record"]>,
): Promise<Provenance | undefined> {
  try {
    return parseProvenance((await record.loadJsonText(ARTIFACTS.provenance)).text);
  } catch (error) {
    if (isZarrStoreError(error, "not_found", "invalid_file") || isKymSchemaError(error, "invalid_file")) {
      return undefined;
    }
    throw error;
  }
}
