import type { SourceRow, ZarrDataset } from "@kym/zarr-store";
import type { LegacyBundle } from "../bundle.ts";
import { throwIfAborted } from "../errors.ts";
import type { ImageContent } from "../image-content.ts";
import type { IngestItem } from "../ingest-report.ts";
import { type BatchLimits, planBatches } from "../plan-batches.ts";
import { describeStored, type StoredImage, settingsOf } from "./describe-stored.ts";
import type { IngestFolderOptions } from "./ingest-options.ts";
import { readAhead } from "./read-ahead.ts";
import type { ReadBundle } from "./read-bundle.ts";
import { tryStoreImage } from "./store-image.ts";

export const BATCH_LIMITS: BatchLimits = { maxImages: 64, maxSizeBytes: 256 * 1024 * 1024 };

/** An acquisition that becomes a new record. */
export interface NewImage {
  readonly bundle: LegacyBundle;
}

/** What became of them. */
export interface IngestedImages {
  readonly ingested: readonly IngestItem[];
  readonly takenInMeanwhile: readonly IngestItem[];
  readonly failed: readonly IngestItem[];
  readonly notes: readonly IngestItem[];
  readonly nRois: number;
}

export interface IngestImagesOptions extends IngestFolderOptions {
  readonly onRead: (path: string) => void;
}

/** Takes acquisitions in, in commits of up to 64. Each fails alone. Errors: `aborted`, those of the dataset. */
export async function ingestImages(
  dataset: ZarrDataset,
  images: readonly NewImage[],
  options: IngestImagesOptions,
): Promise<IngestedImages> {
  const batches: IngestedImages[] = [];
  for (const batch of planBatches(images, BATCH_LIMITS)) {
    throwIfAborted(options.signal);
    batches.push(await ingestBatch(dataset, batch, options));
  }
  throwIfAborted(options.signal);
  return {
    ingested: batches.flatMap(({ ingested }) => ingested),
    takenInMeanwhile: batches.flatMap(({ takenInMeanwhile }) => takenInMeanwhile),
    failed: batches.flatMap(({ failed }) => failed),
    notes: batches.flatMap(({ notes }) => notes),
    nRois: batches.reduce((sum, { nRois }) => sum + nRois, 0),
  };
}

/** Reads a batch straight into one transaction: no more than a few images are in memory. */
async function ingestBatch(
  dataset: ZarrDataset,
  batch: readonly NewImage[],
  options: IngestImagesOptions,
): Promise<IngestedImages> {
  const settings = settingsOf(options);
  let stored: {
    readonly image: StoredImage;
    readonly read: Omit<ReadBundle, "content">;
    readonly nRois: number;
    readonly notes: ImageContent["notes"];
  }[] = [];
  let failed: IngestItem[] = [];
  const commit = await dataset.transaction(
    async (transaction) => {
      [stored, failed] = [[], []];
      for await (const { item, outcome } of readAhead(batch, options)) {
        const path = item.bundle.image.relPath;
        if (outcome.ok) {
          const { content, ...read } = outcome.read;
          const image = describeStored(read, settings);
          const refusal = await tryStoreImage(transaction, outcome.read, image.imageId);
          if (refusal === undefined) {
            stored.push({ image, read, nRois: content.nRois, notes: content.notes });
          } else {
            failed.push({ path, reason: refusal });
          }
        } else {
          failed.push({ path, reason: outcome.reason });
        }
        options.onRead(path);
      }
      if (stored.length > 0) {
        const rows: readonly SourceRow[] = stored.map(({ image }) => image.sourceRow);
        await transaction.appendSources(rows);
      }
    },
    { message: `ingest ${batch.length} ${batch.length === 1 ? "image" : "images"}` },
  );
  const dropped = new Set(commit.droppedImageIds);
  const kept = stored.filter(({ image }) => !dropped.has(image.imageId));
  const late = stored.filter(({ image }) => dropped.has(image.imageId));
  options.onEvent?.({
    type: "committed",
    version: commit.version,
    imageIds: kept.map(({ image }) => image.imageId),
  });
  return {
    ingested: kept.map(({ image, read }) => ({ path: read.image.relPath, imageId: image.imageId })),
    takenInMeanwhile: late.map(({ read }) => ({
      path: read.image.relPath,
      reason: "another process took it in meanwhile",
    })),
    failed,
    notes: kept.flatMap(({ image, notes }) => notes.map((note) => ({ ...note, imageId: image.imageId }))),
    nRois: kept.reduce((sum, { nRois }) => sum + nRois, 0),
  };
}
