import { isZarrStoreError, type ZarrDataset } from "@kym/zarr-store";
import { isLegacyIoError } from "../errors.ts";
import type { KnownAcquisition, KnownFile } from "../plan-ingest.ts";
import { PROVENANCE, parseProvenance } from "../provenance.ts";

/** What the dataset knows of the files that it has, by the absolute path of the image: the ledger's newest row of each. */
export async function knownAcquisitions(
  dataset: ZarrDataset,
): Promise<ReadonlyMap<string, KnownAcquisition>> {
  const existing = new Set(await dataset.listImageIds());
  const newest = new Map((await dataset.loadSourcesIndex()).map((row) => [row.source_primary_path, row]));
  const known = new Map<string, KnownAcquisition>();
  for (const [path, row] of newest) {
    const exists = existing.has(row.image_id);
    known.set(path, {
      imageId: row.image_id,
      exists,
      image: {
        sizeBytes: Number(row.source_size_bytes),
        mtimeNs: row.source_mtime_ns,
        sha256: row.source_sha256 ?? "",
      },
      sidecars: exists ? await knownSidecars(dataset, row.image_id) : new Map(),
    });
  }
  return known;
}

async function knownSidecars(dataset: ZarrDataset, imageId: string): Promise<ReadonlyMap<string, KnownFile>> {
  try {
    const { text } = await dataset.record(imageId).loadJsonText(PROVENANCE);
    return new Map(parseProvenance(text).sidecars.map((sidecar) => [sidecar.path, sidecar]));
  } catch (error) {
    if (isZarrStoreError(error, "not_found", "invalid_file") || isLegacyIoError(error, "invalid_file")) {
      return new Map();
    }
    throw error;
  }
}
