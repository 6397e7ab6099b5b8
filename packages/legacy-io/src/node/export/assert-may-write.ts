import { basename, join } from "node:path";
import { isZarrStoreError } from "@kym/zarr-store";
import { isLegacyIoError, LegacyIoError } from "../../errors.ts";
import { decodeExportManifest, EXPORT_MANIFEST, type ExportManifest } from "../../export/export-manifest.ts";
import { decodeExportMarker, EXPORT_MARKER } from "../../export/export-marker.ts";
import { readRegularFile } from "../tiff/read-regular-file.ts";
import { filesBelow, pathExists } from "./staged-folder.ts";

/** What systems put into folders by themselves. */
const SYSTEM_FILES: ReadonlySet<string> = new Set([".DS_Store", "Thumbs.db", "desktop.ini"]);

/**
 * Throws `already_exists` for a folder that is there; with `overwrite`, for one that no export wrote, or into which
 * somebody put files since: they would be lost.
 */
export async function assertMayWrite(target: string, overwrite: boolean): Promise<void> {
  if (!(await pathExists(target))) {
    return;
  }
  if (!overwrite) {
    throw new LegacyIoError("already_exists", `${target} is there already`, { path: target });
  }
  await assertReplaceable(target);
}

/** Throws `already_exists` for a folder that is not wholly an export, by the name `target` if it is elsewhere for now. */
export async function assertReplaceable(folder: string, target: string = folder): Promise<void> {
  const exported = await exportedFiles(folder);
  if (exported === undefined) {
    throw new LegacyIoError("already_exists", `${target} is no export of ours and is not replaced`, {
      path: target,
    });
  }
  const strangers = (await filesBelow(folder)).filter(
    (path) => !exported.has(path) && !SYSTEM_FILES.has(basename(path)),
  );
  if (strangers.length > 0) {
    throw new LegacyIoError(
      "already_exists",
      `${target} is not replaced: ${strangers.length} of its files are no part of the export, such as ${strangers[0]}`,
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

function pathsOf({ images, tables }: ExportManifest): ReadonlySet<string> {
  const artifacts = images.flatMap((image) => image.artifacts);
  const tifs = artifacts.flatMap((artifact) =>
    artifact.kind === "array" && artifact.tif !== undefined ? [artifact.tif] : [],
  );
  const files = [...images.map(({ pixels }) => pixels), ...artifacts, ...tifs, ...tables];
  return new Set([...files.map(({ path }) => path), EXPORT_MANIFEST]);
}
