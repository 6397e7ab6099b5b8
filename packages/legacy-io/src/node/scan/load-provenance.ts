import { type DatasetContents, isZarrStoreError } from "@kym/zarr-store";
import { isLegacyIoError } from "../../errors.ts";
import { PROVENANCE, type Provenance, parseProvenance } from "../../provenance/provenance.ts";

/** Undefined for an image that ingest did not make, or whose provenance somebody changed into something else. */
export async function loadProvenance(
  record: ReturnType<DatasetContents["record"]>,
): Promise<Provenance | undefined> {
  try {
    return parseProvenance((await record.loadJsonText(PROVENANCE)).text);
  } catch (error) {
    if (isZarrStoreError(error, "not_found", "invalid_file") || isLegacyIoError(error, "invalid_file")) {
      return undefined;
    }
    throw error;
  }
}
