import { resolve } from "node:path";
import type { DatasetContents, SourceRow, ZarrDataset } from "@kym/zarr-store";
import type { BundleFile, FolderScan, LegacyBundle } from "../bundle.ts";
import { isLegacyIoError, LegacyIoError, throwIfAborted } from "../errors.ts";
import { artifactKey, type SourcedArtifact } from "../image-content.ts";
import type { IngestItem, IngestReport } from "../ingest-report.ts";
import { filesToHash, planIngest } from "../plan-ingest.ts";
import { encodeProvenance, INGEST_MODE, PROVENANCE, type SidecarProvenance } from "../provenance.ts";
import type { IngestFolderOptions, IngestOptions } from "./ingest-options.ts";
import { knownAcquisitions } from "./known-acquisitions.ts";
import { hashFile, type ReadBundle, type ReadFile, readBundle } from "./read-bundle.ts";
import { isExportedFolder, restoreExport } from "./restore-export.ts";
import { scanFolder } from "./scan-folder.ts";

/** A kill costs at most one batch of work. */
const BATCH_IMAGES = 64;
const BATCH_BYTES = 256 * 1024 * 1024;

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
  await dataset.transaction((transaction) => storeImages(transaction, [stored]), {
    message: `ingest ${bundle.image.relPath}`,
    signal: options.signal,
  });
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
  const hashes = new Map<string, string>();
  for (const file of filesToHash(scan, (path) => known.get(path))) {
    hashes.set(file.path, await hashFile(file, options.signal));
  }
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

interface StoredImage {
  readonly read: ReadBundle;
  readonly imageId: string;
  readonly sourceRow: SourceRow;
}

interface IngestedBundles {
  readonly ingested: IngestItem[];
  readonly takenInMeanwhile: IngestItem[];
  readonly failed: IngestItem[];
  readonly notes: IngestItem[];
  nRois: number;
}

async function ingestBundles(
  dataset: ZarrDataset,
  bundles: readonly LegacyBundle[],
  options: IngestFolderOptions,
): Promise<IngestedBundles> {
  const result: IngestedBundles = { ingested: [], takenInMeanwhile: [], failed: [], notes: [], nRois: 0 };
  const settings = settingsOf(options);
  let batch: StoredImage[] = [];
  let batchBytes = 0;
  const flush = async (): Promise<void> => {
    if (batch.length > 0) {
      await commitBatch(dataset, batch, options, result);
      batch = [];
      batchBytes = 0;
    }
  };
  let done = 0;
  for await (const { bundle, outcome } of readAhead(bundles, options)) {
    const path = bundle.image.relPath;
    if (outcome.ok) {
      batch.push(describeStored(outcome.read, settings));
      batchBytes += outcome.read.content.image.data.byteLength;
    } else {
      result.failed.push({ path, reason: outcome.reason });
    }
    done++;
    options.onEvent?.({ type: "read", path, done, total: bundles.length });
    if (batch.length >= BATCH_IMAGES || batchBytes >= BATCH_BYTES) {
      await flush();
    }
  }
  await flush();
  return result;
}

async function commitBatch(
  dataset: ZarrDataset,
  batch: readonly StoredImage[],
  options: IngestFolderOptions,
  result: IngestedBundles,
): Promise<void> {
  const commit = await dataset.transaction((transaction) => storeImages(transaction, batch), {
    message: `ingest ${batch.length} ${batch.length === 1 ? "image" : "images"}`,
    signal: options.signal,
  });
  const dropped = new Set(commit.droppedImageIds);
  for (const { read, imageId } of batch) {
    const path = read.bundle.image.relPath;
    if (dropped.has(imageId)) {
      result.takenInMeanwhile.push({ path, reason: "another process took it in meanwhile" });
      continue;
    }
    result.ingested.push({ path, imageId });
    result.notes.push(...read.content.notes.map((note): IngestItem => ({ ...note, imageId })));
    result.nRois += read.content.nRois;
  }
  const imageIds = batch.map(({ imageId }) => imageId).filter((id) => !dropped.has(id));
  options.onEvent?.({ type: "committed", version: commit.version, imageIds });
}

type ReadOutcome =
  | { readonly ok: true; readonly read: ReadBundle }
  | { readonly ok: false; readonly reason: string };

/** Reads a few bundles ahead, and yields them in order. A bundle that cannot be read is an outcome, not an error. */
async function* readAhead(
  bundles: readonly LegacyBundle[],
  options: IngestFolderOptions,
): AsyncIterable<{ readonly bundle: LegacyBundle; readonly outcome: ReadOutcome }> {
  const jobs = Math.max(1, options.jobs ?? 4);
  const started: Promise<ReadOutcome>[] = [];
  try {
    for (const [index, bundle] of bundles.entries()) {
      throwIfAborted(options.signal);
      while (started.length < Math.min(bundles.length, index + jobs)) {
        const next = bundles[started.length];
        started.push(
          next === undefined ? Promise.resolve({ ok: false, reason: "" }) : tryRead(next, options),
        );
      }
      const outcome = await started[index];
      if (outcome !== undefined) {
        started[index] = Promise.resolve({ ok: false, reason: "" });
        yield { bundle, outcome };
      }
    }
  } finally {
    await Promise.allSettled(started);
  }
}

async function tryRead(bundle: LegacyBundle, options: IngestFolderOptions): Promise<ReadOutcome> {
  try {
    return { ok: true, read: await readBundle(bundle, options) };
  } catch (error) {
    if (isLegacyIoError(error, "aborted")) {
      return { ok: false, reason: "stopped" };
    }
    if (isLegacyIoError(error)) {
      return { ok: false, reason: error.message };
    }
    throw error;
  }
}

async function storeImages(transaction: DatasetContents, images: readonly StoredImage[]): Promise<void> {
  for (const image of images) {
    await storeImage(transaction, image);
  }
  await transaction.appendSources(images.map(({ sourceRow }) => sourceRow));
}

async function storeImage(transaction: DatasetContents, { read, imageId }: StoredImage): Promise<void> {
  const { content, pixelsSha256 } = read;
  const record = await transaction.addImage(content.image, {
    id: imageId,
    axes: content.axes,
    attributes: { pixels_sha256: pixelsSha256 },
  });
  for (const artifact of content.artifacts) {
    await storeArtifact(record, artifact);
  }
  const hashes = await record.objectHashes();
  const made = (file: ReadFile): SidecarProvenance["artifacts"] =>
    content.artifacts
      .filter(({ from }) => from.includes(file.relPath))
      .flatMap((artifact) => {
        const key =
          artifact.kind === "array" ? `${artifactKey(artifact)}/data/zarr.json` : artifactKey(artifact);
        const sha256 = hashes.get(key);
        return sha256 === undefined ? [] : [{ key, sha256 }];
      });
  await record.saveJson(
    PROVENANCE,
    encodeProvenance({
      sourcePrimaryPath: read.image.path,
      sourceRelPath: read.image.relPath,
      sourceName: read.image.relPath.slice(read.image.relPath.lastIndexOf("/") + 1),
      sourceSha256: read.image.sha256,
      ingestMode: INGEST_MODE,
      sidecars: read.sidecars.map((file) => ({
        path: file.path,
        sizeBytes: file.sizeBytes,
        mtimeNs: file.mtimeNs,
        sha256: file.sha256,
        artifacts: made(file),
      })),
    }),
  );
}

async function storeArtifact(
  record: ReturnType<DatasetContents["record"]>,
  artifact: SourcedArtifact,
): Promise<void> {
  switch (artifact.kind) {
    case "json":
      await record.saveJsonBytes(artifact.name, new TextEncoder().encode(artifact.text));
      return;
    case "table":
      await record.saveParquet(artifact.name, artifact.table, { schema: artifact.schema });
      return;
    case "array":
      await record.saveArrayArtifact(artifact.name, artifact.array);
      return;
    case "attachment":
      await record.saveAttachment(artifact.name, artifact.bytes);
      return;
    default:
      artifact satisfies never;
  }
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

function describeStored(read: ReadBundle, { newId, nowEpochNs }: IngestSettings): StoredImage {
  const imageId = newId();
  const { path, relPath, sizeBytes, mtimeNs, sha256 } = read.image;
  return {
    read,
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
