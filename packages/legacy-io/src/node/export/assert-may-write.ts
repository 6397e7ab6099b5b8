// Protects folders that are already there from an export, and settles those of exports that were stopped.

import { rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { isZarrStoreError } from "@kym/zarr-store";
import { isLegacyIoError, LegacyIoError } from "../../errors.ts";
import { decodeExportManifest, EXPORT_MANIFEST, type ExportManifest } from "../../export/export-manifest.ts";
import { decodeExportMarker, EXPORT_MARKER } from "../../export/export-marker.ts";
import { flushFolders } from "../files/flush-to-disk.ts";
import { findPartialFolders } from "../files/partial-folder.ts";
import { sha256Of } from "../files/sha256-of.ts";
import { readRegularFile } from "../tiff/read-regular-file.ts";
import type { ExportFailure, ExportNote } from "./export-options.ts";
import { filesBelow, pathExists } from "./staged-folder.ts";

/** Files that operating systems add to folders. */
const SYSTEM_FILES: ReadonlySet<string> = new Set([".DS_Store", "Thumbs.db", "desktop.ini"]);

/**
 * Makes sure that an export may write to a folder.
 *
 * @throws LegacyIoError `already_exists` if the folder exists. With `overwrite`: if no export wrote it, or if somebody
 * added or edited files that would be lost.
 */
export async function assertMayWrite(target: string, overwrite: boolean): Promise<void> {
  if (!(await pathExists(target))) {
    return;
  }
  if (!overwrite) {
    throw new LegacyIoError("already_exists", `${target} already exists`, { path: target });
  }
  await assertReplaceable(target);
  await assertUnedited(target);
}

/**
 * Makes sure that nobody has edited a file of an export. Its manifest has the hash of each; a marker has them for some formats.
 *
 * @throws LegacyIoError `already_exists`, naming what was edited
 */
async function assertUnedited(folder: string): Promise<void> {
  const edited: string[] = [];
  for (const [path, sha256] of (await exportedFiles(folder)) ?? []) {
    const file = join(folder, path);
    if (
      sha256 !== undefined &&
      (await pathExists(file)) &&
      sha256Of(await readRegularFile(file)) !== sha256
    ) {
      edited.push(path);
    }
  }
  if (edited.length > 0) {
    throw new LegacyIoError(
      "already_exists",
      `${folder} was not replaced: ${edited.length} of its files ${edited.length === 1 ? "was" : "were"} edited since the export, such as ${edited[0]}`,
      { path: folder, found: edited.slice(0, 10) },
    );
  }
}

/**
 * Makes sure that a folder has nothing but an export in it. Errors name it `target`, because it may have been moved
 * aside.
 *
 * @throws LegacyIoError `already_exists` if it has anything else in it.
 */
export async function assertReplaceable(folder: string, target: string = folder): Promise<void> {
  const exported = await exportedFiles(folder);
  if (exported === undefined) {
    throw new LegacyIoError("already_exists", `${target} is not an export, so it was not replaced`, {
      path: target,
    });
  }
  const strangers = (await filesBelow(folder)).filter(
    (path) => !exported.has(path) && !SYSTEM_FILES.has(basename(path)),
  );
  if (strangers.length > 0) {
    throw new LegacyIoError(
      "already_exists",
      `${target} was not replaced: ${strangers.length} of its files do not belong to the export, such as ${strangers[0]}`,
      { path: target, found: strangers.slice(0, 10) },
    );
  }
}

/**
 * What a new export lacks and the one that it would replace has, so that this may be the last copy. One that does not say
 * which images it has counts as having all.
 */
export async function onlyInExport(
  target: string,
  failed: readonly ExportFailure[],
): Promise<readonly ExportFailure[]> {
  if (failed.length === 0 || !(await pathExists(target))) {
    return [];
  }
  if (!(await pathExists(join(target, EXPORT_MANIFEST)))) {
    return failed;
  }
  const { images, tables } = decodeExportManifest(await readRegularFile(join(target, EXPORT_MANIFEST)));
  const ids = new Set(images.map(({ imageId }) => imageId));
  return failed.filter(({ imageId, path }) =>
    imageId === undefined ? tables.some(({ name }) => path.includes(name)) : ids.has(imageId),
  );
}

/**
 * Settles what exports of processes that are gone left beside a target. Where one was killed between the two renames, nothing is
 * at the target, and both exports are whole beside it: the new one gets its name. Where only the old one is, that one comes back.
 *
 * @returns what was done, in words
 * @throws LegacyIoError `io`
 */
export async function settlePartialFolders(target: string): Promise<readonly ExportNote[]> {
  const notes: ExportNote[] = [];
  for (const { written, replaced } of await findPartialFolders(target)) {
    const isFree = !(await pathExists(target));
    const next = written !== undefined && isFree && (await isWhole(written)) ? written : replaced;
    if (isFree && replaced !== undefined && next !== undefined) {
      await rename(next, target);
      await flushFolders([dirname(target)]);
      const what = next === written ? "an export that was stopped" : "the export that was there before";
      notes.push({ path: target, reason: `${what} is in place now` });
    }
    if (written !== undefined) {
      await rm(written, { recursive: true, force: true });
    }
    const isLeft = replaced !== undefined && (await pathExists(replaced));
    // Without a new one beside it, it was being removed, and may be there only in part.
    if (isLeft && written !== undefined && !(await mayBeRemoved(replaced))) {
      notes.push({ path: replaced, reason: "an earlier export, which somebody changed: it is left there" });
    } else if (isLeft) {
      await rm(replaced, { recursive: true, force: true });
    }
  }
  return notes;
}

/** Whether every file of an export is there as it was written. */
async function isWhole(folder: string): Promise<boolean> {
  const exported = await exportedFiles(folder);
  for (const [path, sha256] of exported ?? []) {
    const file = join(folder, path);
    if (
      !(await pathExists(file)) ||
      (sha256 !== undefined && sha256Of(await readRegularFile(file)) !== sha256)
    ) {
      return false;
    }
  }
  return exported !== undefined;
}

async function mayBeRemoved(folder: string): Promise<boolean> {
  try {
    await assertReplaceable(folder);
    await assertUnedited(folder);
    return true;
  } catch (error) {
    if (isLegacyIoError(error, "already_exists")) {
      return false;
    }
    throw error;
  }
}

/** The files of an export, with their hashes where they are known. */
async function exportedFiles(target: string): Promise<ReadonlyMap<string, string | undefined> | undefined> {
  if (await pathExists(join(target, EXPORT_MANIFEST))) {
    try {
      return filesOf(decodeExportManifest(await readRegularFile(join(target, EXPORT_MANIFEST))));
    } catch (error) {
      if (!isLegacyIoError(error) && !isZarrStoreError(error, "invalid_file")) {
        throw error;
      }
    }
  }
  if (await pathExists(join(target, EXPORT_MARKER))) {
    const files = decodeExportMarker(await readRegularFile(join(target, EXPORT_MARKER)));
    return files && new Map([...files, [EXPORT_MARKER, undefined]]);
  }
  return undefined;
}

function filesOf({ images, tables, index }: ExportManifest): ReadonlyMap<string, string | undefined> {
  const artifacts = images.flatMap((image) => image.artifacts);
  const tifs = artifacts.flatMap((artifact) =>
    artifact.kind === "array" && artifact.tif !== undefined ? [artifact.tif] : [],
  );
  const files = [
    ...images.map(({ pixels }) => pixels),
    ...artifacts,
    ...tifs,
    ...tables,
    ...(index ? [index] : []),
  ];
  const hashes = new Map<string, string | undefined>(files.map(({ path, sha256 }) => [path, sha256]));
  return hashes.set(EXPORT_MANIFEST, undefined);
}
