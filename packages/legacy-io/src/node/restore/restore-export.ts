// Restores a dataset from a folder that `exportLegacyFolder` wrote.

import { join } from "node:path";
import { isZarrStoreError, type ZarrDataset } from "@kym/zarr-store";
import { canonicalJson } from "@kym/zarr-store/json";
import { isDerivedKey } from "@kym/zarr-store/layout";
import { throwIfAborted } from "@kym/zarr-store/runtime";
import { isLegacyIoError, LegacyIoError } from "../../errors.ts";
import {
  decodeExportManifest,
  EXPORT_MANIFEST,
  type ExportedImage,
  type ExportManifest,
} from "../../export/export-manifest.ts";
import { planExport } from "../../export/plan-export.ts";
import type { IngestItem, IngestReport } from "../../plan/ingest-report.ts";
import { exportImage, inventoryOf } from "../export/export-image.ts";
import { HASHING_SINK } from "../export/staged-folder.ts";
import { storedFault } from "../files/stored-fault.ts";
import type { IngestFolderOptions } from "../ingest/ingest-options.ts";
import { readRegularFile } from "../tiff/read-regular-file.ts";
import { readExportedImage, storeExportedImage } from "./restore-image.ts";
import { type ExportedTables, mergeRowsOf, readExportedTables, restoreTables } from "./restore-tables.ts";

const BATCH_IMAGES = 64;

/**
 * True for a folder that `exportLegacyFolder` wrote.
 *
 * @throws LegacyIoError `not_supported` for an `export.json` of another version, `invalid_name` if it names a file
 * outside the folder.
 */
export async function isExportedFolder(root: string): Promise<boolean> {
  try {
    decodeExportManifest(await readRegularFile(join(root, EXPORT_MANIFEST)));
    return true;
  } catch (error) {
    if (isLegacyIoError(error, "not_supported", "invalid_name")) {
      throw error;
    }
    return false;
  }
}

/**
 * Restores an exported folder: ids, axes, chunks, names, types, attributes, tables and the ledger.
 *
 * - An image that the dataset has already is unchanged if its content is equal, otherwise a conflict.
 * - A file that was changed since the export fails its image.
 * - Images are stored in commits of up to 64. Each commit adds the images' rows to tables that the dataset has already;
 *   new tables are stored last.
 * - If a run is stopped, the next run continues it.
 */
export async function restoreExport(
  dataset: ZarrDataset,
  root: string,
  options: IngestFolderOptions,
): Promise<IngestReport> {
  const manifest = decodeExportManifest(await readRegularFile(join(root, EXPORT_MANIFEST)));
  const { missing, unchanged, conflicts, unreadable } = await compareImages(
    dataset,
    manifest.images,
    options.signal,
  );
  const tables = await readExportedTables(dataset, root, manifest.tables);
  options.onEvent?.({ type: "planned", toIngest: missing.length, found: manifest.images.length });
  const ingested: IngestItem[] = [];
  const failed: IngestItem[] = [...unreadable];
  for (let start = 0; start < missing.length; start += BATCH_IMAGES) {
    const batch = missing.slice(start, start + BATCH_IMAGES);
    const onRead = (path: string, index: number): void =>
      options.onEvent?.({ type: "read", path, done: start + index + 1, total: missing.length });
    const outcome = await restoreBatch(dataset, root, batch, tables, onRead, options.signal);
    ingested.push(...outcome.ingested);
    failed.push(...outcome.failed);
  }
  const refused = new Set([...failed, ...conflicts].map(({ imageId }) => imageId ?? ""));
  await restoreTables(dataset, tables, refused, options.signal);
  return {
    found: manifest.images.length,
    ingested,
    updated: [],
    unchanged,
    skipped: [],
    failed: [...failed, ...tables.failed],
    unrecognised: [],
    orphans: [],
    conflicts,
    open: [],
    counts: undefined,
    notes: [...partialExportNotes(manifest), ...tables.notes],
    newImageIds: ingested.map(({ imageId }) => imageId ?? ""),
  };
}

/** Says that an export is not whole, so that nobody takes the dataset made from it for the original. */
export function partialExportNotes({ leftOut }: ExportManifest): readonly IngestItem[] {
  if (leftOut === undefined) {
    return [];
  }
  const { images, tables } = leftOut;
  const parts = [
    ...(images.length === 0 ? [] : [images.length === 1 ? "1 image" : `${images.length} images`]),
    ...(tables.length === 0 ? [] : [tables.length === 1 ? "1 table" : `${tables.length} tables`]),
  ];
  return [
    { path: EXPORT_MANIFEST, reason: `the export is a part of its dataset, without ${parts.join(" and ")}` },
    ...images.flatMap(({ imageId, sourceRelPath, reason }) =>
      reason === undefined
        ? []
        : [
            {
              path: sourceRelPath ?? imageId,
              reason: `not in the export, because it could not be read: ${reason}`,
            },
          ],
    ),
  ];
}

interface ComparedImages {
  readonly missing: readonly ExportedImage[];
  readonly unchanged: readonly IngestItem[];
  readonly conflicts: readonly IngestItem[];
  /** Images that the dataset has, but that cannot be read there. */
  readonly unreadable: readonly IngestItem[];
}

async function compareImages(
  dataset: ZarrDataset,
  images: readonly ExportedImage[],
  signal: AbortSignal | undefined,
): Promise<ComparedImages> {
  const missing: ExportedImage[] = [];
  const unchanged: IngestItem[] = [];
  const conflicts: IngestItem[] = [];
  const unreadable: IngestItem[] = [];
  for (const image of images) {
    throwIfAborted(signal, LegacyIoError);
    const item = { path: image.pixels.path, imageId: image.imageId };
    try {
      if (!(await dataset.record(image.imageId).exists())) {
        missing.push(image);
      } else if (await isSameImage(dataset, image)) {
        unchanged.push(item);
      } else {
        conflicts.push({ ...item, reason: "the dataset has an image of this id with other content" });
      }
    } catch (error) {
      const fault = storedFault(error);
      if (fault === undefined) {
        throw error;
      }
      unreadable.push({ ...item, reason: fault.reason });
    }
  }
  return { missing, unchanged, conflicts, unreadable };
}

/**
 * True if an image of the dataset equals an exported one: it has the same objects, or would be exported to the same
 * files. The second test is needed because one array or table can be encoded in several ways.
 */
async function isSameImage(dataset: ZarrDataset, image: ExportedImage): Promise<boolean> {
  const record = dataset.record(image.imageId);
  const objects = Object.fromEntries(await record.objectHashes());
  if (canonicalJson(withoutDerived(objects)) === canonicalJson(withoutDerived(image.objects))) {
    return true;
  }
  const [plan] = planExport([await inventoryOf(record)], []).images;
  const present = plan && (await exportImage(record, plan, HASHING_SINK));
  return present !== undefined && contentKey(present) === contentKey(image);
}

function withoutDerived(objects: ExportedImage["objects"]): ExportedImage["objects"] {
  return Object.fromEntries(Object.entries(objects).filter(([key]) => !isDerivedKey(key)));
}

/** Equal for images of equal content, wherever in an export their files are. */
function contentKey({ objects: _, ...content }: ExportedImage): string {
  const { pixels, artifacts } = content;
  return canonicalJson({
    ...content,
    pixels: { ...pixels, path: "" },
    artifacts: artifacts.map((artifact) => ({
      ...artifact,
      path: "",
      ...("tif" in artifact && artifact.tif && { tif: { ...artifact.tif, path: "" } }),
    })),
  });
}

/** Restores a batch in one transaction, with one image in memory at a time. */
async function restoreBatch(
  dataset: ZarrDataset,
  root: string,
  batch: readonly ExportedImage[],
  tables: ExportedTables,
  onRead: (path: string, index: number) => void,
  signal: AbortSignal | undefined,
): Promise<{ readonly ingested: readonly IngestItem[]; readonly failed: readonly IngestItem[] }> {
  let ingested: IngestItem[] = [];
  let failed: IngestItem[] = [];
  await dataset.transaction(
    async (transaction) => {
      [ingested, failed] = [[], []];
      for (const [index, image] of batch.entries()) {
        throwIfAborted(signal, LegacyIoError);
        const item = { path: image.pixels.path, imageId: image.imageId };
        try {
          const restored = await readExportedImage(root, image);
          await storeExportedImage(transaction, restored);
          ingested.push(item);
        } catch (error) {
          if (!isLegacyIoError(error) && !isZarrStoreError(error, "invalid_file", "schema_mismatch")) {
            throw error;
          }
          await transaction.deleteImage(image.imageId);
          failed.push({ ...item, reason: error.message });
        }
        onRead(item.path, index);
      }
      await mergeRowsOf(transaction, tables, new Set(ingested.map(({ imageId }) => imageId ?? "")));
    },
    { message: `restore ${batch.length} ${batch.length === 1 ? "image" : "images"}`, signal },
  );
  return { ingested, failed };
}
