// Protects folders that are already there from an export: only a folder that is wholly an export may be replaced.

import { basename, join } from "node:path";
import { isZarrStoreError } from "@kym/zarr-store";
import { isLegacyIoError, LegacyIoError } from "../../errors.ts";
import { decodeExportManifest, EXPORT_MANIFEST, type ExportManifest } from "../../export/export-manifest.ts";
import { decodeExportMarker, EXPORT_MARKER } from "../../export/export-marker.ts";
import { readRegularFile } from "../tiff/read-regular-file.ts";
import { filesBelow, pathExists } from "./staged-folder.ts";

/** Files that operating systems add to folders. */
const SYSTEM_FILES: ReadonlySet<string> = new Set([".DS_Store", "Thumbs.db", "desktop.ini"]);

/**
 * Makes sure that an export may write to a folder.
 *
 * @throws LegacyIoError `already_exists` if the folder exists. With `overwrite`: if no export wrote it, or if somebody
 * added files that would be lost.
 */
export async function assertMayWrite(target: string, overwrite: boolean): Promise<void> {
  if (!(await pathExists(target))) {
    return;
  }
  if (!overwrite) {
    throw new LegacyIoError("already_exists", `${target} already exists`, { path: target });
  }
  await assertReplaceable(target);
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

async function exportedFiles(target: string): Promise<ReadonlySet<string> | undefined> {
  if (await pathExists(join(target, EXPORT_MANIFEST))) {
    try {
      return pathsOf(decodeExportManifest(await readRegularFile(join(target, EXPORT_MANIFEST))));
    } catch (error) {
      if (!isLegacyIoError(error) && !isZarrStoreError(error, "invalid_file")) {
        throw error;
      }
    }
  }
  if (await pathExists(join(target, EXPORT_MARKER))) {
    const paths = decodeExportMarker(await readRegularFile(join(target, EXPORT_MARKER)));
    return paths && new Set([...paths, EXPORT_MARKER]);
  }
  return undefined;
}

function pathsOf({ images, tables, index }: ExportManifest): ReadonlySet<string> {
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
  return new Set([...files.map(({ path }) => path), EXPORT_MANIFEST]);
}
