// Decides about one image on request, for `KymDataset.getStaleness` and `explain`.

import type { ReadOptions, ZarrDataset } from "@kym/zarr-store";
import { KymDatasetError } from "../errors.ts";
import { checkIndexer, type Indexer } from "../indexer/indexer.ts";
import type { StalenessReport } from "./explain-staleness.ts";
import { loadCurrentProvenance } from "./load-current-provenance.ts";
import { loadRecordedIndex } from "./load-recorded-index.ts";
import { loadRunMarker } from "./run-marker.ts";
import type { RunMemory } from "./run-memory.ts";
import { decideStalenessFromHashes, decideStalenessFromProvenance } from "./staleness.ts";

/**
 * Decides about one image and changes nothing.
 *
 * @throws {KymDatasetError} `not_found` if the dataset does not have the image, `invalid_name`, `invalid_argument`
 * @throws {ZarrStoreError} errors of reading the table and the image
 */
export async function getStaleness(
  dataset: ZarrDataset,
  indexer: Indexer,
  imageId: string,
  memory: RunMemory,
  options: ReadOptions = {},
): Promise<StalenessReport> {
  checkIndexer(indexer);
  const record = dataset.record(imageId);
  if (!(await record.exists())) {
    throw new KymDatasetError("not_found", `there is no image ${imageId}`, { path: imageId, found: imageId });
  }
  const hashes = await record.objectHashes();
  const found = memory.hasherOf(indexer).hashesOf(hashes);
  const known = await loadRecordedIndex(dataset, indexer, imageId, memory, { ...options, mayBeLost: true });
  const isUnknown = known.entry === undefined && found.inputsSha256 !== undefined;
  const marker = isUnknown ? await loadRunMarker(record, indexer, hashes, options) : undefined;
  const recorded = { ...known, marker };
  const current = { analysisVersion: indexer.analysisVersion, ...found };
  const report = { imageId, recorded, input: found.input };
  const settled = decideStalenessFromHashes(recorded, current);
  if (settled !== undefined) {
    return { ...report, staleness: settled, paramsHash: undefined };
  }
  const { hashText } = memory;
  const { provenance } = await loadCurrentProvenance(record, indexer, { ...options, hashText });
  return {
    ...report,
    staleness: decideStalenessFromProvenance(recorded, provenance),
    paramsHash: provenance.paramsHash,
  };
}
