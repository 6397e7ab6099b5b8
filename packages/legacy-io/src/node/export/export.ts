// Exports a dataset to a folder of files that other programs open.

import { realpath } from "node:fs/promises";
import { homedir } from "node:os";
import { basename, dirname, isAbsolute, join, resolve, sep } from "node:path";
import type { ZarrDataset } from "@kym/zarr-store";
import { LegacyIoError } from "../../errors.ts";
import { EXPORT_MANIFEST } from "../../export/export-manifest.ts";
import { EXPORT_MARKER, encodeExportMarker } from "../../export/export-marker.ts";
import { folderOfSource, redactPaths } from "../../export/path-redaction.ts";
import { assertMayWrite, assertReplaceable, onlyInExport, settlePartialFolders } from "./assert-may-write.ts";
import {
  EXPORT_FORMATS,
  type ExportFailure,
  type ExportFolderOptions,
  type ExportNote,
  type ExportPreview,
  type ExportReport,
  type WrittenFolder,
} from "./export-options.ts";
import { originsOf } from "./image-places.ts";
import { writeAcqstore } from "./ngff/write-acqstore.ts";
import { writeOmeZarr } from "./ngff/write-ome-zarr.ts";
import { assertMayWriteOzx, assertOzxFormat, isOzx, onlyInOzx, writeStagedOzx } from "./ngff/write-ozx.ts";
import { RedactingSink } from "./redacting-sink.ts";
import { type ExportSink, HASHING_SINK, StagedFolder } from "./staged-folder.ts";
import { writeForImageJ } from "./write-for-image-j.ts";
import { writeKymflow } from "./write-kymflow.ts";
import { writeLegacy } from "./write-legacy.ts";

/**
 * Exports a dataset as files that other programs open.
 *
 * By default it writes TIFF, JSON, CSV and NPY, and an `export.json` from which `ingestLegacyFolder` restores the same
 * dataset. Each image has a folder named after its id; with `layout: "lab"` it is at the relative path it came from.
 * With another `format` it writes the files of the older application or TIFFs for ImageJ, laid out in the same way.
 * `imageIds` exports only some images.
 *
 * An image whose files in the dataset are damaged, missing or changed by another program is left out, and so is such a table:
 * `failed` names them, and `export.json` lists them as left out. If no image can be read, the first error is thrown, and with
 * `overwrite` nothing is replaced. Nor is an earlier export that has what `failed` names, because it may hold the last copy.
 *
 * The format `ome-zarr` to a target that ends in `.ozx` makes one file, as NGFF RFC-9 asks.
 *
 * The folder appears whole or not at all, even if the power fails. Files are first written to a folder beside the
 * target, flushed, read back and compared; then that folder is renamed. The same dataset gives the same bytes. What an export
 * that was killed has left beside the target is settled first.
 *
 * @throws LegacyIoError
 * - `already_exists` if the target exists; with `overwrite`, if it is not an export or has other files in it;
 * - `invalid_argument` if the target is inside the dataset;
 * - `not_found` for an id in `imageIds` that the dataset does not have;
 * - `integrity` if a file reads back differently from what was written;
 * - `io`, `aborted`.
 *
 * Errors of reading the dataset are `ZarrStoreError`.
 *
 * @example
 * await exportLegacyFolder(dataset, "shared/2025-07-22", { absolutePaths: false });
 */
export async function exportLegacyFolder(
  dataset: ZarrDataset,
  folder: string,
  options: ExportFolderOptions = {},
): Promise<ExportReport> {
  const { target, notes } = await checkedTarget(dataset, folder, options, settlePartialFolders);
  const staged = new StagedFolder(target, options.durability);
  try {
    const report = await dataset.readConsistently(async () => {
      await staged.begin();
      return writeFormat(dataset, staged, options);
    });
    const lastCopies = isOzx(target)
      ? await onlyInOzx(target, report.failed)
      : await onlyInExport(target, report.failed);
    if (lastCopies.length > 0) {
      throw new LegacyIoError(
        "already_exists",
        `${target} was not replaced, because it may hold the last copy of what cannot be read any more: ` +
          `${wordsOfFailure(lastCopies)}. Export to another folder`,
        { path: target, found: lastCopies },
      );
    }
    if (!staged.paths.includes(EXPORT_MANIFEST)) {
      const { format = "legacy" } = options;
      const hashes = isNgff(format) ? staged.hashes : undefined;
      await staged.write(EXPORT_MARKER, encodeExportMarker(format, staged.paths, hashes));
    }
    if (isOzx(target)) {
      await staged.verify();
      const { files, sizeBytes } = await writeStagedOzx(staged, target, options);
      notes.push(...report.notes);
      return { ...report, notes, folder: target, files, sizeBytes };
    }
    await staged.flush();
    await staged.verify();
    await staged.moveIntoPlace(
      options.overwrite === true ? (aside) => assertReplaceable(aside, target) : undefined,
    );
    const left =
      staged.left === undefined
        ? []
        : [{ path: staged.left, reason: "the earlier export could not be removed" }];
    notes.push(...report.notes, ...left);
    return { ...report, notes, folder: target, files: staged.paths.length, sizeBytes: staged.sizeBytes };
  } catch (error) {
    await staged.discard();
    throw error;
  }
}

/**
 * Lists the files that {@link exportLegacyFolder} would write, without writing them. Throws the same errors, except those
 * of writing.
 */
export async function previewExport(
  dataset: ZarrDataset,
  folder: string,
  options: ExportFolderOptions = {},
): Promise<ExportPreview> {
  await checkedTarget(dataset, folder, options);
  return dataset.readConsistently(async () => {
    const files: { path: string; sizeBytes: number }[] = [];
    const listing: ExportSink = {
      write: async (path, bytes) => {
        files.push({ path, sizeBytes: bytes.length });
        return HASHING_SINK.write(path, bytes);
      },
      remove: async (path) => {
        files.splice(
          files.findIndex((file) => file.path === path),
          1,
        );
      },
    };
    return { ...(await writeFormat(dataset, listing, options)), files };
  });
}

function wordsOfFailure(failed: readonly ExportFailure[]): string {
  const [first] = failed;
  const more = failed.length === 1 ? "" : ` and ${failed.length - 1} more`;
  return `${first?.path} (${first?.reason})${more}`;
}

async function checkedTarget(
  dataset: ZarrDataset,
  folder: string,
  options: ExportFolderOptions,
  settle: (target: string) => Promise<readonly ExportNote[]> = async () => [],
): Promise<{ readonly target: string; readonly notes: ExportNote[] }> {
  const target = resolve(folder);
  const [place, inside] = [await realPlace(target), await realPlace(resolve(dataset.location))];
  if (`${place}${sep}`.startsWith(`${inside}${sep}`)) {
    throw new LegacyIoError("invalid_argument", `${target} is inside the dataset ${dataset.location}`, {
      path: target,
    });
  }
  if (isOzx(target)) {
    assertOzxFormat(target, options);
  }
  const notes = [...(await settle(target))];
  await (isOzx(target) ? assertMayWriteOzx : assertMayWrite)(target, options.overwrite ?? false);
  return { target, notes };
}

/** Resolves the links in a path, as far as the path exists. */
async function realPlace(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch {
    const parent = dirname(path);
    return parent === path ? path : join(await realPlace(parent), basename(path));
  }
}

async function writeFormat(
  dataset: ZarrDataset,
  files: ExportSink,
  options: ExportFolderOptions,
): Promise<WrittenFolder> {
  const { format = "legacy" } = options;
  if (isNgff(format)) {
    const folders = await foldersOfMachine(dataset);
    const write = format === "ome-zarr" ? writeOmeZarr : writeAcqstore;
    return write(dataset, { sink: files, folders }, options);
  }
  const sink =
    options.absolutePaths === false
      ? new RedactingSink(files, redactPaths(await foldersOfMachine(dataset)))
      : files;
  switch (format) {
    case "legacy":
      return writeLegacy(dataset, sink, options);
    case "kymflow":
      return writeKymflow(dataset, sink, options);
    case "imagej":
      return writeForImageJ(dataset, sink, options);
    default:
      throw new LegacyIoError("invalid_argument", `there is no export format ${String(format)}`, {
        expected: EXPORT_FORMATS,
        found: format satisfies never,
      });
  }
}

function isNgff(format: string): format is "ome-zarr" | "acqstore" {
  return format === "ome-zarr" || format === "acqstore";
}

/** Lists the folders to remove from texts: those of the dataset, of its sources and of the user. */
async function foldersOfMachine(dataset: ZarrDataset): Promise<readonly string[]> {
  const sources = await originsOf(dataset, await dataset.listImageIds());
  const ledger = await dataset.loadSourcesIndex();
  return [
    ...sources.flatMap(({ sourcePrimaryPath: path, sourceRelPath }) =>
      path === undefined ? [] : [folderOfSource(path, sourceRelPath)],
    ),
    ...ledger.map((row) => folderOfSource(row.source_primary_path, row.source_rel_path ?? undefined)),
    ...(isAbsolute(dataset.location) ? [dataset.location, dirname(dataset.location)] : []),
    homedir(),
  ];
}
