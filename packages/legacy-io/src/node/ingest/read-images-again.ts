// Reads images again that a reader with a known fault may have read wrong, and decides what becomes of each.

import { resolve } from "node:path";
import type { ZarrDataset } from "@kym/zarr-store";
import { isChannelPath } from "../../plan/compare-files.ts";
import { CHANGED_SINCE_FAULT, type PlannedAction } from "../../plan/decide-refresh.ts";
import type { IngestItem } from "../../plan/ingest-report.ts";
import type { KnownFile } from "../../plan/known-acquisition.ts";
import type { IngestPlan } from "../../plan/plan-ingest.ts";
import { reasonOfReading } from "../../plan/plan-report.ts";
import type { FaultyRead } from "../../readers/faulty-read.ts";
import { storedFault } from "../files/stored-fault.ts";
import type { ReadBundle } from "../read/read-bundle.ts";
import { findFaultyReads } from "../scan/find-faulty-reads.ts";
import { isGone } from "../scan/gather-plan-facts.ts";
import type { UpdateToCommit } from "../update/commit-record-updates.ts";
import { pixelsSha256Of } from "../update/look-at-record.ts";
import type { CommitNewImagesOptions, NewImage } from "./commit-new-images.ts";
import type { IngestFolderOptions } from "./ingest-options.ts";
import { readAhead } from "./read-ahead.ts";

type Update = Extract<PlannedAction, { readonly action: "update" }>;
type Reads = ReadonlyMap<string, readonly FaultyRead[]>;

/** Finds what is to be read again, by image id. Without sidecars, only the TIFFs. */
export async function readsToRepeat(
  dataset: ZarrDataset,
  { formats, signal, includeSidecars = true }: IngestFolderOptions,
): Promise<Reads> {
  const found = await findFaultyReads(dataset, { formats, signal });
  const wanted = includeSidecars ? found : found.filter(isReadOfTiff);
  return Map.groupBy(wanted, ({ imageId }) => imageId);
}

/** A note for each image to be read again that the plan does not find in the folder. */
export async function missingImages(
  root: string,
  { actions }: IngestPlan,
  again: Reads,
): Promise<readonly IngestItem[]> {
  const planned = new Set(actions.flatMap((action) => ("imageId" in action ? [action.imageId] : [])));
  const notes: IngestItem[] = [];
  for (const [imageId, reads] of again) {
    const [first] = reads;
    if (first !== undefined && !planned.has(imageId)) {
      const { sourcePath, relPath } = first;
      const gone = await isGone(sourcePath);
      const why = gone
        ? `${sourcePath} is no longer there`
        : `${sourcePath} is not among the images of ${root}`;
      notes.push({
        path: gone && resolve(root, relPath) === sourcePath ? relPath : sourcePath,
        imageId,
        reason: `not read again: ${why}; the image stays as a reader with a fault may have read it`,
      });
    }
  }
  return notes;
}

/** What became of images whose TIFF was read again. */
export interface ReadAgain {
  /** Updates of images whose pixels are as they are stored. */
  readonly updates: readonly UpdateToCommit[];
  /** Images whose pixels differ: each is to be stored in place of its record. */
  readonly images: readonly NewImage[];
  readonly skipped: readonly IngestItem[];
  readonly failed: readonly IngestItem[];
}

/**
 * Reads the TIFFs of these images again, and compares the pixels with what is stored. Nothing is written. After an abort, the
 * images that were not reached are in no list.
 */
export async function readImagesAgain(
  dataset: ZarrDataset,
  updates: readonly Update[],
  options: CommitNewImagesOptions,
): Promise<ReadAgain> {
  const result = {
    updates: [] as UpdateToCommit[],
    images: [] as NewImage[],
    skipped: [] as IngestItem[],
    failed: [] as IngestItem[],
  };
  for await (const { item, outcome } of readAhead(updates, options, async (read) => read)) {
    const { bundle, imageId, known, folderFields, again = [] } = item;
    const path = bundle.image.relPath;
    if (!outcome.ok) {
      result.failed.push({ path, imageId, reason: outcome.reason });
      options.onRead(path);
      continue;
    }
    if (isOtherFile(outcome.read, known)) {
      result.skipped.push({ path, imageId, reason: CHANGED_SINCE_FAULT });
      options.onRead(path);
      continue;
    }
    const stored = await isAsStoredOrFault(dataset, imageId, outcome.read);
    if (typeof stored === "string") {
      result.failed.push({ path, imageId, reason: stored });
    } else if (stored) {
      result.updates.push({ ...item, said: outcome.read.said });
    } else {
      const why = `${reasonOfReading(again)}, with other pixels`;
      result.images.push({ bundle, folderFields, former: { imageId, supersede: true, why } });
    }
    options.onRead(path);
  }
  return result;
}

/** True if it was the TIFF that may have been read wrong, not a file beside it. */
export function isReadOfTiff({ path }: FaultyRead): boolean {
  return isChannelPath(path);
}

/**
 * True if a channel has other bytes than those that were ingested, although its size and time are the same. A ledger without
 * hashes does not tell.
 */
function isOtherFile({ image, sidecars }: ReadBundle, known: Update["known"]): boolean {
  const isOther = ({ sha256 }: { readonly sha256: string }, was: KnownFile | undefined): boolean =>
    was?.sha256 !== sha256 && was?.sha256 !== "";
  return (
    isOther(image, known.image) ||
    sidecars.some((file) => isChannelPath(file.path) && isOther(file, known.sidecars.get(file.path)))
  );
}

/** {@link isAsStored}, or why the image cannot be read in the dataset, in words for people. */
export async function isAsStoredOrFault(
  dataset: ZarrDataset,
  imageId: string,
  read: Parameters<typeof isAsStored>[2],
): Promise<boolean | string> {
  try {
    return await isAsStored(dataset, imageId, read);
  } catch (error) {
    const fault = storedFault(error);
    if (fault === undefined) {
      throw error;
    }
    return fault.reason;
  }
}

/** True if the reader gives what the ingest stored. Pixels that somebody changed in the dataset since do not count. */
export async function isAsStored(
  dataset: ZarrDataset,
  imageId: string,
  { pixels, pixelsSha256, content }: Pick<ReadBundle, "pixels" | "pixelsSha256" | "content">,
): Promise<boolean> {
  const record = dataset.record(imageId);
  if (!(await record.exists())) {
    return true;
  }
  const { dtype, shape } = await record.openArray();
  const axes = await record.getAxes();
  const isSameKind =
    dtype === pixels.dtype &&
    shape.join() === pixels.shape.join() &&
    (axes === undefined || axes.join() === content.axes.join());
  return isSameKind && (await pixelsSha256Of(record)) === pixelsSha256;
}
