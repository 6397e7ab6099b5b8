// Copies an image from any pair of stores, such as a TIFF and its sidecars, into a dataset.

import { loadMetadataText, planeScales, summarizeMetadata } from "@kym/kym-schema";
import { PROVENANCE_KEYS } from "@kym/kym-schema/keys";
import type { ArtifactStore, PixelStore, ReadOptions, ZarrDataset, ZarrImageRecord } from "@kym/zarr-store";
import { schemaOfTable } from "@kym/zarr-store/table/reading";
import { loadSourceName } from "../load-source-name.ts";
import { overviewsOfArray, saveOverviews } from "./overview-of-image.ts";

export interface IngestImageOptions extends ReadOptions {
  /** Default: a new UUID. */
  readonly id?: string | undefined;
  /** The name of the file that the image is from. Default: what the artifact `provenance` says, if there is one. */
  readonly sourceName?: string | undefined;
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
  const overviews = overviewsOfArray(pixels, axes);
  const names = await artifactStore.list({ signal });
  const metadataText = (await loadMetadataText(artifactStore, { signal })) ?? "";
  const sourceName = options.sourceName ?? (await loadSourceName(artifactStore, { signal }));
  let imageId = "";
  await dataset.transaction(
    async (transaction) => {
      const record = await transaction.addImage(pixels, {
        ...(id !== undefined && { id }),
        axes,
        scales: planeScales(metadataText, axes.length),
        attributes: sourceName === undefined ? {} : { [PROVENANCE_KEYS.sourceName]: sourceName },
        summary: summarizeMetadata(metadataText),
      });
      imageId = record.id;
      await saveOverviews(record, overviews, { signal });
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
