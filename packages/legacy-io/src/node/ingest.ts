import { resolve } from "node:path";
import type { SourceRow, ZarrDataset } from "@kym/zarr-store";
import type { BundleFile, FolderScan, LegacyBundle } from "../bundle.ts";
import { isLegacyIoError, LegacyIoError, throwIfAborted } from "../errors.ts";
import type { ImageContent } from "../image-content.ts";
import type { IngestItem, IngestReport } from "../ingest-report.ts";
import { filesToHash, planBatches, planIngest } from "../plan-ingest.ts";
import type { IngestFolderOptions, IngestOptions } from "./ingest-options.ts";
import { knownAcquisitions } from "./known-acquisitions.ts";
import { readAhead } from "./read-ahead.ts";
import { hashFile, type ReadBundle, readBundle } from "./read-bundle.ts";
import { isExportedFolder, restoreExport } from "./restore-export.ts";
import { scanFolder } from "./scan-folder.ts";
import { storeImage, tryStoreImage } from "./store-image.ts";

const BATCH_LIMITS = { maxImages: 64, maxSizeBytes: 256 * 1024 * 1024 };

/**
 * Takes one TIFF and what belongs to it into the dataset, as one commit (ticket 6). The folder is the file's own.
 * Errors: `not_found`, `invalid_file`, `not_supported`, `io`, and those of the dataset.
 */
export async function ingestLegacyFile(
  dataset: ZarrDataset,
  path: string,
  options: IngestOptions & { readonly includeSidecars?: boolean } = {},
): Promise<{ readonly imageId: string; readonly sourceRow: SourceRow }> {
  const file = resolve(path);
  const folder = resolve(file, "..");
  const scan = await scanFolder(folder, { signal: options.signal });
  const bundle = scan.bundles.find(({ image }) => resolve(folder, image.relPath) === file);
  if (bundle === undefined) {
    throw new LegacyIoError("not_found", `there is no TIFF at ${file}`, { path: file });
  }
  const read = await readBundle(bundle, options);
  const stored = describeStored(read, settingsOf(options));
  await dataset.transaction(
    async (transaction) => {
      await storeImage(transaction, read, stored.imageId);
      await transaction.appendSources([stored.sourceRow], { again: [stored.sourceRow] });
    },
    { message: `ingest ${bundle.image.relPath}`, signal: options.signal },
  );
  return { imageId: stored.imageId, sourceRow: stored.sourceRow };
}

/**
 * Takes a folder into the dataset, in commits of up to 64 images. What is there already stays as it is: a second run
 * changes nothing. One bad file fails alone. A folder that `exportLegacyFolder` wrote is restored as it was.
 * Errors: `not_found`, `invalid_argument` for what is no folder, `io` and `aborted`; those of the dataset.
 */
export async function ingestLegacyFolder(
  dataset: ZarrDataset,
  folder: string,
  options: IngestFolderOptions = {},
): Promise<IngestReport> {
  const root = resolve(folder);
  if (await isExportedFolder(root)) {
    return restoreExport(dataset, root, options);
  }
  const scan = absolutePaths(
    root,
    await scanFolder(root, { pattern: options.pattern, signal: options.signal }),
  );
  const known = await knownAcquisitions(dataset);
  const hashes = await hashFiles(
    filesToHash(scan, (path) => known.get(path)),
    options.signal,
  );
  const plan = planIngest(
    scan,
    (path) => known.get(path),
    (file) => hashes.get(file.path),
  );
  const toIngest = plan.actions.flatMap((action) => (action.action === "ingest" ? [action.bundle] : []));
  const found = scan.bundles.length + scan.unreadable.length;
  options.onEvent?.({ type: "planned", toIngest: toIngest.length, found });
  const done = await ingestBundles(dataset, toIngest, options);
  const itemsOf = (wanted: "unchanged" | "skip"): readonly IngestItem[] =>
    plan.actions.flatMap((action): readonly IngestItem[] => {
      if (action.action !== wanted) {
        return [];
      }
      const { imageId } = action;
      const path = action.bundle.image.relPath;
      return [action.action === "skip" ? { path, imageId, reason: action.reason } : { path, imageId }];
    });
  return {
    found,
    ingested: done.ingested,
    unchanged: [...itemsOf("unchanged"), ...done.takenInMeanwhile],
    skipped: itemsOf("skip"),
    failed: [
      ...scan.unreadable.map(({ relPath, reason }): IngestItem => ({ path: relPath, reason })),
      ...done.failed,
    ],
    orphans: scan.orphans.map(({ stem, folder: place, files }): IngestItem => {
      const names = files.map(({ relPath }) => relPath).join(", ");
      return {
        path: place === "" ? stem : `${place}/${stem}`,
        reason: `no image for ${names}`,
      };
    }),
    conflicts: [],
    counts: {
      tiffs: scan.bundles.length,
      headers: countSidecars(scan, "olympus_header"),
      classicJsons: countSidecars(scan, "classic_json"),
      rois: done.nRois,
    },
    notes: done.notes,
    newImageIds: done.ingested.flatMap(({ imageId }) => (imageId === undefined ? [] : [imageId])),
  };
}

/** A file that cannot be read has no hash, and so is not what it was. */
async function hashFiles(
  files: readonly BundleFile[],
  signal: AbortSignal | undefined,
): Promise<ReadonlyMap<string, string>> {
  const hashes = new Map<string, string>();
  for (const file of files) {
    try {
      hashes.set(file.path, await hashFile(file, signal));
    } catch (error) {
      if (!isLegacyIoError(error, "io")) {
        throw error;
      }
    }
  }
  return hashes;
}

/** An image on its way into the dataset. Its pixels are let go as soon as they are staged. */
interface StoredImage {
  readonly imageId: string;
  readonly sourceRow: SourceRow;
}

interface IngestedBundles {
  readonly ingested: readonly IngestItem[];
  readonly takenInMeanwhile: readonly IngestItem[];
  readonly failed: readonly IngestItem[];
  readonly notes: readonly IngestItem[];
  readonly nRois: number;
}

const NOTHING_INGESTED: IngestedBundles = {
  ingested: [],
  takenInMeanwhile: [],
  failed: [],
  notes: [],
  nRois: 0,
};

async function ingestBundles(
  dataset: ZarrDataset,
  bundles: readonly LegacyBundle[],
  options: IngestFolderOptions,
): Promise<IngestedBundles> {
  let total = NOTHING_INGESTED;
  let done = 0;
  for (const batch of planBatches(bundles, BATCH_LIMITS)) {
    const onRead = (path: string, index: number): void =>
      options.onEvent?.({ type: "read", path, done: done + index + 1, total: bundles.length });
    throwIfAborted(options.signal);
    const added = await ingestBatch(dataset, batch, onRead, options);
    done += batch.length;
    total = {
      ingested: [...total.ingested, ...added.ingested],
      takenInMeanwhile: [...total.takenInMeanwhile, ...added.takenInMeanwhile],
      failed: [...total.failed, ...added.failed],
      notes: [...total.notes, ...added.notes],
      nRois: total.nRois + added.nRois,
    };
  }
  throwIfAborted(options.signal);
  return total;
}

/** Reads a batch straight into one transaction: no more than a few images are in memory. */
async function ingestBatch(
  dataset: ZarrDataset,
  batch: readonly LegacyBundle[],
  onRead: (path: string, index: number) => void,
  options: IngestFolderOptions,
): Promise<IngestedBundles> {
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
      let index = 0;
      for await (const { bundle, outcome } of readAhead(batch, options)) {
        if (outcome.ok) {
          const { content, ...read } = outcome.read;
          const image = describeStored(read, settings);
          const refusal = await tryStoreImage(transaction, outcome.read, image.imageId);
          if (refusal === undefined) {
            stored.push({ image, read, nRois: content.nRois, notes: content.notes });
          } else {
            failed.push({ path: bundle.image.relPath, reason: refusal });
          }
        } else {
          failed.push({ path: bundle.image.relPath, reason: outcome.reason });
        }
        onRead(bundle.image.relPath, index++);
      }
      if (stored.length > 0) {
        await transaction.appendSources(stored.map(({ image }) => image.sourceRow));
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

interface IngestSettings {
  readonly newId: () => string;
  readonly nowEpochNs: () => bigint;
}

function settingsOf(options: IngestOptions): IngestSettings {
  return {
    newId: options.newId ?? ((): string => crypto.randomUUID()),
    nowEpochNs: options.nowEpochNs ?? ((): bigint => BigInt(Date.now()) * 1_000_000n),
  };
}

function describeStored(read: Pick<ReadBundle, "image">, { newId, nowEpochNs }: IngestSettings): StoredImage {
  const imageId = newId();
  const { path, relPath, sizeBytes, mtimeNs, sha256 } = read.image;
  return {
    imageId,
    sourceRow: {
      source_primary_path: path,
      image_id: imageId,
      source_mtime_ns: mtimeNs,
      source_size_bytes: BigInt(sizeBytes),
      ingested_epoch_ns: nowEpochNs(),
      source_sha256: sha256,
      source_rel_path: relPath,
    },
  };
}

/** The ledger knows files by absolute path, however the folder was named. */
function absolutePaths(root: string, scan: FolderScan): FolderScan {
  const absolute = <F extends BundleFile>(file: F): F => ({ ...file, path: resolve(root, file.relPath) });
  return {
    ...scan,
    bundles: scan.bundles.map((bundle) => ({
      ...bundle,
      image: absolute(bundle.image),
      otherChannels: bundle.otherChannels.map(absolute),
      sidecars: bundle.sidecars.map(absolute),
    })),
  };
}

function countSidecars(scan: FolderScan, kind: string): number {
  return scan.bundles.filter(({ sidecars }) => sidecars.some((sidecar) => sidecar.kind === kind)).length;
}
