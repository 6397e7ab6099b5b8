// Protects folders that are already there from an export: only a folder that is wholly an export may be replaced.

import { basename, join } from "node:path";
import { isZarrStoreError } from "@kym/zarr-store";
import { isLegacyIoError, LegacyIoError } from "../../errors.ts";
import { decodeExportManifest, EXPORT_MANIFEST, type ExportManifest } from "../../export/export-manifest.ts";
import { decodeExportMarker, EXPORT_MARKER } from "../../export/export-marker.ts";
import { sha256Of } from "../files/sha256-of.ts";
import { readRegularFile } from "../tiff/read-regular-file.ts";
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
 * Makes sure that nobody has edited a file of an export. Its manifest has the hash of each; a marker has none.
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
    const paths = decodeExportMarker(await readRegularFile(join(target, EXPORT_MARKER)));
    return paths && new Map([...paths, EXPORT_MARKER].map((path) => [path, undefined]));
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
