import { join, resolve, sep } from "node:path";
import type { ZarrDataset } from "@kym/zarr-store";
import { LegacyIoError, throwIfAborted } from "../errors.ts";
import {
  EXPORT_MANIFEST,
  type ExportedImage,
  type ExportedTable,
  encodeExportManifest,
} from "../export-manifest.ts";
import { type ExportPlan, type ImageInventory, planExport } from "../export-plan.ts";
import { exportImage, exportTable, inventoryOf } from "./export-image.ts";
import type { ExportFolderOptions, ExportReport } from "./export-options.ts";
import { pathExists, StagedFolder } from "./staged-folder.ts";

/**
 * Writes everything as files that other programs open: TIFF, JSON, CSV and NPY in the layout of ticket 13, and an
 * `export.json` from which {@link ingestLegacyFolder} restores the same dataset. The files are written beside the
 * target, read back and compared, and then the folder gets its name: it appears whole or not at all. The same dataset
 * gives the same bytes.
 * Errors: `already_exists` for a target that is there (with `overwrite`, for one that is no export),
 * `invalid_argument` for one inside the dataset, `integrity` for a file that does not read back as it was written,
 * `io`, `aborted`, and those of the dataset.
 */
export async function exportLegacyFolder(
  dataset: ZarrDataset,
  folder: string,
  options: ExportFolderOptions = {},
): Promise<ExportReport> {
  const target = resolve(folder);
  if (`${target}${sep}`.startsWith(`${resolve(dataset.location)}${sep}`)) {
    throw new LegacyIoError("invalid_argument", `${target} is inside the dataset ${dataset.location}`, {
      path: target,
    });
  }
  await assertMayWrite(target, options.overwrite ?? false);
  const staged = new StagedFolder(target);
  try {
    const report = await dataset.readConsistently(async () => {
      await staged.begin();
      return writeAll(dataset, staged, options);
    });
    await staged.verify();
    await staged.moveIntoPlace();
    return { ...report, folder: target, files: staged.files, sizeBytes: staged.sizeBytes };
  } catch (error) {
    await staged.discard();
    throw error;
  }
}

/** What an export would write, by {@link planExport}. Reads names and headers only. */
export async function describeExport(
  dataset: ZarrDataset,
  options: Pick<ExportFolderOptions, "includeTiff" | "includeTables" | "signal"> = {},
): Promise<ExportPlan> {
  return dataset.readConsistently(async () => {
    const images: ImageInventory[] = [];
    for (const imageId of await dataset.listImageIds()) {
      throwIfAborted(options.signal);
      images.push(await inventoryOf(dataset.record(imageId)));
    }
    return planExport(images, await dataset.listTableNames(), options);
  });
}

async function writeAll(
  dataset: ZarrDataset,
  staged: StagedFolder,
  options: ExportFolderOptions,
): Promise<{ readonly images: number; readonly tables: number }> {
  const plan = await describeExport(dataset, options);
  const images: ExportedImage[] = [];
  for (const image of plan.images) {
    throwIfAborted(options.signal);
    images.push(await exportImage(dataset.record(image.imageId), image, staged));
    options.onEvent?.({ imageId: image.imageId, done: images.length, total: plan.images.length });
  }
  const tables: ExportedTable[] = [];
  for (const table of plan.tables) {
    throwIfAborted(options.signal);
    tables.push(await exportTable(dataset, table, staged));
  }
  if (options.includeTiff !== false) {
    await staged.write(EXPORT_MANIFEST, encodeExportManifest({ images, tables }));
  }
  return { images: images.length, tables: tables.length };
}

async function assertMayWrite(target: string, overwrite: boolean): Promise<void> {
  if (!(await pathExists(target))) {
    return;
  }
  if (!overwrite) {
    throw new LegacyIoError("already_exists", `${target} is there already`, { path: target });
  }
  if (!(await pathExists(join(target, EXPORT_MANIFEST)))) {
    throw new LegacyIoError("already_exists", `${target} is no export of ours and is not replaced`, {
      path: target,
    });
  }
}
