// Reads and stores the new images of an ingest, in commits of bounded size.

import type { DatasetContents, SourceRow, ZarrDataset } from "@kym/zarr-store";
import { throwIfAborted } from "@kym/zarr-store/runtime";
import { type ImageContent, scalesOf } from "../../content/image-content.ts";
import { LegacyIoError } from "../../errors.ts";
import type { LegacyBundle } from "../../folder/bundle.ts";
import { countOfImages } from "../../folder/recordings/word-of-image.ts";
import type { SidecarFormat } from "../../formats/sidecar-format.ts";
import type { FolderFields } from "../../plan/decide-path-fields.ts";
import type { IngestItem } from "../../plan/ingest-report.ts";
import { BATCH_LIMITS, planBatches } from "../../plan/plan-batches.ts";
import { reasonOfReingest } from "../../plan/plan-report.ts";
import type { ReadBundle } from "../read/read-bundle.ts";
import { type ImageThreads, startImageThreads, type ThreadOptions } from "../threads/image-threads.ts";
import { carryOverUserEdits } from "../update/carry-over-user-edits.ts";
import { assignImageId, type StoredImage, settingsOf } from "./assign-image-id.ts";
import type { IngestFolderOptions } from "./ingest-options.ts";
import { type Encode, type ReadElsewhere, readAhead } from "./read-ahead.ts";
import { tryStoreImage } from "./store-image.ts";
import { overviewsOf } from "./store-overviews.ts";

/** The record of an image before it is ingested again. */
interface FormerRecord {
  readonly imageId: string;
  /** True to delete it in the commit that stores the new record. */
  readonly supersede: boolean;
  /** Why the image is ingested again, for the report. Default: its file changed. */
  readonly why?: string | undefined;
}

/** An acquisition to store as a new record. */
export interface NewImage {
  readonly bundle: LegacyBundle;
  readonly former?: FormerRecord | undefined;
  readonly folderFields?: FolderFields | undefined;
}

/** The outcome for new images. */
export interface IngestedImages {
  readonly ingested: readonly IngestItem[];
  readonly takenInMeanwhile: readonly IngestItem[];
  readonly failed: readonly IngestItem[];
  readonly notes: readonly IngestItem[];
  readonly nRois: number;
}

export interface CommitNewImagesOptions extends IngestFolderOptions, ThreadOptions {
  /** The built-in sidecar formats and those that the caller added. */
  readonly allFormats: readonly SidecarFormat[];
  /** True for a file that the ledger has already and that is ingested again on purpose. */
  readonly isInLedger: (row: SourceRow) => boolean;
  readonly onRead: (path: string) => void;
  /** Threads that read and stage images. Default: none. */
  readonly imageThreads?: ImageThreads | undefined;
  /** Makes the dataset remember the pattern of folder names, in the same commit. */
  readonly remember: (transaction: DatasetContents) => Promise<void>;
  /** Called when an acquisition was stored or updated, before the commit. A reason takes it out of the commit again. */
  readonly refuse?: ((bundle: LegacyBundle) => Promise<string | undefined>) | undefined;
}

/**
 * Stores acquisitions in commits of up to 64 images or 256 MiB of files. A bad acquisition fails alone.
 *
 * @throws LegacyIoError `aborted`; errors of the dataset.
 */
export async function commitNewImages(
  dataset: ZarrDataset,
  images: readonly NewImage[],
  options: CommitNewImagesOptions,
): Promise<IngestedImages> {
  const batches: IngestedImages[] = [];
  const sizeBytes = images.reduce((sum, image) => sum + sizeOfImages(image), 0);
  await using imageThreads = startImageThreads(sizeBytes, options);
  for (const batch of planBatches(images, sizeOfImages, BATCH_LIMITS)) {
    throwIfAborted(options.signal, LegacyIoError);
    batches.push(await ingestBatch(dataset, batch, { ...options, imageThreads }));
  }
  throwIfAborted(options.signal, LegacyIoError);
  return {
    ingested: batches.flatMap(({ ingested }) => ingested),
    takenInMeanwhile: batches.flatMap(({ takenInMeanwhile }) => takenInMeanwhile),
    failed: batches.flatMap(({ failed }) => failed),
    notes: batches.flatMap(({ notes }) => notes),
    nRois: batches.reduce((sum, { nRois }) => sum + nRois, 0),
  };
}

/**
 * Stores a batch in one transaction while reading it, so that only a few images are in memory. After an abort, what was read
 * so far is still committed, and the rest is in no list of the outcome.
 */
export async function ingestBatch(
  dataset: ZarrDataset,
  batch: readonly NewImage[],
  options: CommitNewImagesOptions,
): Promise<IngestedImages> {
  const settings = settingsOf(options);
  let stored: {
    readonly image: StoredImage;
    readonly read: Omit<ReadBundle, "content" | "pixels" | "release">;
    readonly former: NewImage["former"];
    readonly nRois: number;
    readonly notes: ImageContent["notes"];
  }[] = [];
  let failed: IngestItem[] = [];
  let outdated: string[] = [];
  const commit = await dataset.transaction(
    async (transaction) => {
      [stored, failed, outdated] = [[], [], []];
      await options.remember(transaction);
      const encode = (read: ReadBundle): ReturnType<Encode> => encodePixels(transaction, read, options);
      const elsewhere = options.imageThreads && stageIn(options.imageThreads, transaction, options);
      for await (const { item, outcome } of readAhead(batch, { ...options, elsewhere }, encode)) {
        const path = item.bundle.image.relPath;
        const { former } = item;
        const replaced = former?.supersede === true ? transaction.record(former.imageId) : undefined;
        if (replaced !== undefined && !(await replaced.exists())) {
          outdated.push(path);
        } else if (outcome.ok) {
          const { content, pixels: _, release: __, ...read } = outcome.read;
          const image = assignImageId(read, settings);
          const refusal = await tryStoreImage(transaction, outcome.read, image.imageId, options);
          const change = refusal === undefined ? await options.refuse?.(item.bundle) : undefined;
          if (change !== undefined) {
            await transaction.deleteImage(image.imageId);
            failed.push({ path, reason: change });
          } else if (refusal === undefined) {
            if (replaced !== undefined) {
              await carryOverUserEdits(
                replaced,
                transaction.record(image.imageId),
                usableSidecars(outcome.read),
              );
              await transaction.deleteImage(replaced.id);
            }
            await options.onStored?.(transaction.record(image.imageId));
            stored.push({ image, read, former, nRois: content.nRois, notes: content.notes });
          } else {
            failed.push({ path, reason: refusal });
          }
        } else {
          failed.push({ path, reason: outcome.reason });
        }
        options.onRead(path);
      }
      if (stored.length > 0) {
        const isAgain = ({ image, former }: (typeof stored)[number]): boolean =>
          former?.supersede === true || options.isInLedger(image.sourceRow);
        await transaction.appendSources(
          stored.map(({ image }) => image.sourceRow),
          { again: stored.filter(isAgain).map(({ image }) => image.sourceRow) },
        );
      }
    },
    {
      message: () =>
        messageOf(
          stored.map(({ read }) => read.image.relPath),
          failed.length,
        ),
    },
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
    ingested: kept.map(({ image, read, former }) => ({
      path: read.image.relPath,
      imageId: image.imageId,
      ...(former && { reason: reasonOfReingest(former) }),
    })),
    takenInMeanwhile: [...late.map(({ read }) => read.image.relPath), ...outdated].map((path) => ({
      path,
      reason: "another process ingested it in the meantime",
    })),
    failed,
    notes: kept.flatMap(({ image, notes }) => notes.map((note) => ({ ...note, imageId: image.imageId }))),
    nRois: kept.reduce((sum, { nRois }) => sum + nRois, 0),
  };
}

function messageOf(paths: readonly string[], failed: number): string {
  const what = `ingest of ${countOfImages(paths)}`;
  return failed === 0 ? what : `${what}; ${failed} failed`;
}

/**
 * Makes the overviews of pixels that are in memory, and compresses them, for several images at once. All other steps of storing
 * run one after another.
 */
async function encodePixels(
  transaction: DatasetContents,
  read: ReadBundle,
  { compression }: CommitNewImagesOptions,
): ReturnType<Encode> {
  const { pixels, pixelsSha256: arraySha256, content } = read;
  if (!("data" in pixels)) {
    return read;
  }
  const { axes, artifacts } = content;
  const overviews = overviewsOf(pixels, axes);
  const scales = scalesOf(artifacts, axes.length);
  const encoded = await transaction.encodeImage(pixels, { axes, compression, scales, arraySha256 });
  return { ...read, overviews, pixels: encoded };
}

/** Lets threads read the images and stage their pixels in the transaction. */
function stageIn(
  threads: ImageThreads,
  transaction: DatasetContents,
  options: CommitNewImagesOptions,
): ReadElsewhere {
  const { limits, applyCalibration, compression, signal } = options;
  const { newId } = settingsOf(options);
  return {
    size: threads.size,
    stage: async ({ image, otherChannels, recording }) => {
      const imageId = newId();
      const lent = await transaction.lendImage(imageId);
      if (lent === undefined) {
        return undefined;
      }
      const { place, discard: release } = lent;
      const files = { image, otherChannels, recording };
      try {
        const staged = await threads.stage({ files, place, limits, applyCalibration, compression }, signal);
        if (staged === "aborted" || "reason" in staged) {
          await release();
          return staged;
        }
        return { ...staged, imageId, release };
      } catch (error) {
        await release();
        throw error;
      }
    },
  };
}

/** Lists the absolute paths of the channels and sidecars that could be used. */
function usableSidecars({ content, sidecars }: ReadBundle): readonly string[] {
  return sidecars.filter(({ relPath }) => !content.unusable.includes(relPath)).map(({ path }) => path);
}

/** Bytes of the TIFFs of an acquisition. */
export function sizeOfImages({ bundle: { image, otherChannels } }: Pick<NewImage, "bundle">): number {
  return [image, ...otherChannels].reduce((sum, file) => sum + file.sizeBytes, 0);
}
