// Stores the results of images in one commit, if the images are still those that were read.

import type { ReadOptions, ZarrDataset, ZarrImageRecord } from "@kym/zarr-store";
import { AcqImage } from "../image/acq-image.ts";
import { NO_OBJECTS, type ObjectHashes } from "../indexer/artifact-ref.ts";
import { ANALYSIS_ARTIFACTS } from "./compute/analysis-kind.ts";
import type { ComputedImage } from "./compute-image.ts";
import { analysedObjects } from "./plan/load-image-facts.ts";

/** What became of the images of a commit. */
export interface StoredImages {
  /** The version of the commit. */
  readonly version: number;
  /** False if everything was stored already. */
  readonly committed: boolean;
  /** Images that were edited or deleted while they were computed. Nothing of them was stored. */
  readonly changedMeanwhile: ReadonlySet<string>;
}

/**
 * Stores images in one commit, with the ROIs that they get. An image that another writer changed meanwhile is left out.
 *
 * @throws {ZarrStoreError} errors of committing
 */
export async function storeImages(
  dataset: ZarrDataset,
  images: readonly ComputedImage[],
  options: ReadOptions = {},
): Promise<StoredImages> {
  let changedMeanwhile = new Set<string>();
  const commit = await dataset.transaction(
    async (transaction) => {
      changedMeanwhile = new Set();
      for (const image of images) {
        const record = transaction.record(image.imageId);
        const now = (await record.exists()) ? await record.objectHashes() : NO_OBJECTS;
        if (isSame(analysedObjects(image.seen), analysedObjects(now))) {
          await storeImage(record, image, options);
        } else {
          changedMeanwhile.add(image.imageId);
        }
      }
    },
    { message: `analyze ${images.length} ${images.length === 1 ? "image" : "images"}`, ...options },
  );
  return { version: commit.version, committed: commit.committed, changedMeanwhile };
}

async function storeImage(
  record: ZarrImageRecord,
  { plan, artifacts }: ComputedImage,
  options: ReadOptions,
): Promise<void> {
  const { newRoi } = plan;
  if (newRoi !== undefined) {
    const { name, channel, bounds } = newRoi;
    const image = AcqImage.from({
      sourceKey: record.id,
      pixelStore: record.asPixelStore(),
      artifactStore: record.asArtifactStore(),
    });
    await image.addRoi({ name, channel, bounds }, options);
  }
  for (const { kind, table, schema, runs } of artifacts) {
    const name = ANALYSIS_ARTIFACTS[kind];
    if (table === undefined) {
      await record.tables.delete(name, options);
      await record.json.delete(name, options);
    } else {
      await record.saveParquet(name, table, { schema, ...options });
      await record.saveJson(name, runs, options);
    }
  }
}

function isSame(then: ObjectHashes, now: ObjectHashes): boolean {
  return then.size === now.size && [...then].every(([key, sha256]) => now.get(key) === sha256);
}
