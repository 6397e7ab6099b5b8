import { ARTIFACTS, isKymSchemaError, type Provenance, parseProvenance } from "@kym/kym-schema";
import { type DatasetContents, isZarrStoreError } from "@kym/zarr-store";

/** Undefined for an image that ingest did not make, or whose provenance somebody changed into something else. */
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
