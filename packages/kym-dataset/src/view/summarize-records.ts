import type { ReadOptions, ZarrDataset } from "@kym/zarr-store";
import { type RecordSummary, summarizeEntry } from "./record-summary.ts";

/** One image in a list: what the manifest and the table of sources say of it. */
export interface ListedRecord extends RecordSummary {
  /** Where its file was below the folder that was ingested; null for an image that came otherwise. */
  readonly relPath: string | null;
  /** The paths of its artifacts, sorted. */
  readonly analysisKeys: readonly string[];
}

/**
 * The summaries of all images, sorted by id, as of one version of the dataset. No record is opened.
 *
 * @throws {ZarrStoreError} what reading the manifest and the sources throw; `conflict` if the dataset never stands still
 */
export async function summarizeRecords(
  dataset: ZarrDataset,
  options: ReadOptions = {},
): Promise<readonly ListedRecord[]> {
  return dataset.readConsistently(() => listRecords(dataset, options));
}

/** {@link summarizeRecords} within a consistent read that is under way. */
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
