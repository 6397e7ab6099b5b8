// Copies an image from any pair of stores, such as a TIFF and its sidecars, into a dataset.

import { loadMetadataText, summarizeMetadata } from "@kym/kym-schema";
import type { ArtifactStore, PixelStore, ReadOptions, ZarrDataset, ZarrImageRecord } from "@kym/zarr-store";
import { schemaOfTable } from "@kym/zarr-store/table";

export interface IngestImageOptions extends ReadOptions {
  /** Default: a new UUID. */
  readonly id?: string | undefined;
}

/**
 * Adds an image to a dataset in one commit, with every channel, its axes, and all JSON, table and array artifacts.
 *
 * @example
 * const record = await ingestImage(dataset, image, { id: "scan-1" });
 * @throws {ZarrStoreError} errors of the stores; nothing is committed then
 */
export async function ingestImage(
  dataset: ZarrDataset,
  source: { readonly pixelStore: PixelStore; readonly artifactStore: ArtifactStore },
  options: IngestImageOptions = {},
): Promise<ZarrImageRecord> {
  const { signal, id } = options;
  const { pixelStore, artifactStore } = source;
  const { axes, shape } = await pixelStore.describe({ signal });
  const pixels = await pixelStore.loadRegion(
    shape.map(() => undefined),
    { signal },
  );
  const names = await artifactStore.list({ signal });
  const summary = summarizeMetadata((await loadMetadataText(artifactStore, { signal })) ?? "");
  let imageId = "";
  await dataset.transaction(
    async (transaction) => {
      const record = await transaction.addImage(pixels, { ...(id !== undefined && { id }), axes, summary });
      imageId = record.id;
      for (const name of names.json) {
        await record.saveJson(name, await artifactStore.loadJsonText(name, { signal }));
      }
      for (const name of names.tables) {
        const table = await artifactStore.loadTable(name, { signal });
        await record.saveParquet(name, table, { schema: schemaOfTable(table) });
      }
      for (const name of names.arrays) {
        await record.saveArrayArtifact(name, await artifactStore.loadArray(name, { signal }));
      }
    },
    { message: "ingest an image", signal },
  );
  return dataset.record(imageId);
}
