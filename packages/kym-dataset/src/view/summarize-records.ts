// Lists all images of a dataset with their summaries, without opening any record.

import type { ReadOptions, ZarrDataset } from "@kym/zarr-store";
import { type RecordSummary, summarizeEntry } from "./record-summary.ts";

/** One image in a list, from the manifest and the table of sources. */
export interface ListedRecord extends RecordSummary {
  /** The path of its file below the ingested folder; null if it was not ingested from a folder. */
  readonly relPath: string | null;
  /** The paths of its artifacts, sorted. */
  readonly analysisKeys: readonly string[];
}

/**
 * Summarises all images, sorted by id, at one version of the dataset. Opens no record.
 *
 * @throws {ZarrStoreError} errors of reading the manifest and the sources; `conflict` if other writers commit during
 * every attempt to read
 */
export async function summarizeRecords(
  dataset: ZarrDataset,
  options: ReadOptions = {},
): Promise<readonly ListedRecord[]> {
  return dataset.readConsistently(() => listRecords(dataset, options));
}

/** Does the work of {@link summarizeRecords} inside a consistent read of the caller. */
export async function listRecords(
  dataset: ZarrDataset,
  { signal }: ReadOptions,
): Promise<readonly ListedRecord[]> {
  const { images } = await dataset.rebuildManifest({ signal });
  const sources = await dataset.loadSourcesIndex({ signal });
  const relPaths = new Map(sources.map((row) => [row.image_id, row.source_rel_path ?? null]));
  return images.map((entry) => ({
    ...summarizeEntry(entry),
    relPath: relPaths.get(entry.imageId) ?? null,
    analysisKeys: entry.analysisKeys,
  }));
}
