// Puts an export as OME-NGFF into one file, `.ozx`, and protects one that is already there.

import { link, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { isZarrStoreError, parseStoreKey } from "@kym/zarr-store";
import { openZipFile, writeOzx } from "@kym/zarr-store/node";
import { LegacyIoError } from "../../../errors.ts";
import { decodeExportMarker, EXPORT_MARKER } from "../../../export/export-marker.ts";
import { NGFF_VERSION } from "../../../export/ngff/ngff-documents.ts";
import { flushFolders } from "../../files/flush-to-disk.ts";
import { sha256Of } from "../../files/sha256-of.ts";
import { systemErrorCode } from "../../tiff/file-source.ts";
import type { ExportFailure, ExportFolderOptions } from "../export-options.ts";
import { pathExists, type StagedFolder } from "../staged-folder.ts";

const ENDING = /\.ozx$/i;

/** Whether a target is one file. */
export function isOzx(target: string): boolean {
  return ENDING.test(target);
}

/** @throws {LegacyIoError} `invalid_argument` for a format that RFC-9 does not know */
export function assertOzxFormat(target: string, { format = "legacy" }: ExportFolderOptions): void {
  if (format !== "ome-zarr") {
    throw new LegacyIoError(
      "invalid_argument",
      `${target} would be a file of OME-Zarr: expected the format ome-zarr, found ${format}`,
      { path: target, expected: "ome-zarr", found: format },
    );
  }
}

/**
 * Makes sure that an export may write a file.
 *
 * @throws {LegacyIoError} `already_exists` if there is something at the target; with `overwrite`, if no export wrote it or somebody
 * changed it since
 */
export async function assertMayWriteOzx(target: string, overwrite: boolean): Promise<void> {
  if (!(await pathExists(target))) {
    return;
  }
  if (!overwrite) {
    throw new LegacyIoError("already_exists", `${target} already exists`, { path: target });
  }
  if (!(await isOurs(target))) {
    throw new LegacyIoError(
      "already_exists",
      `${target} was not replaced: it is not an export, or was changed since`,
      { path: target },
    );
  }
}

/** Whether a file is an export of ours and every file in it as it was written. */
async function isOurs(target: string): Promise<boolean> {
  try {
    if (!(await stat(target)).isFile()) {
      return false;
    }
    const zip = await openZipFile(target);
    const marker = await zip.get(parseStoreKey(EXPORT_MARKER));
    const files = marker && decodeExportMarker(marker);
    if (files === undefined || zip.keys.length !== files.size + 1) {
      return false;
    }
    for (const [path, sha256] of files) {
      const bytes = await zip.get(parseStoreKey(path));
      if (bytes === undefined || sha256Of(bytes) !== sha256) {
        return false;
      }
    }
    return true;
  } catch (error) {
    if (isZarrStoreError(error, "invalid_file", "invalid_name", "not_supported", "integrity")) {
      return false;
    }
    throw error;
  }
}

/** What a new file lacks, and the one that it would replace may have. */
export async function onlyInOzx(
  target: string,
  failed: readonly ExportFailure[],
): Promise<readonly ExportFailure[]> {
  return failed.length > 0 && (await pathExists(target)) ? failed : [];
}

/**
 * Makes the file of a staged folder, and gives it its name. Then the folder is removed.
 *
 * @throws {LegacyIoError} `already_exists`, `io`
 * @throws {ZarrStoreError} of writing the zip
 */
export async function writeStagedOzx(
  staged: StagedFolder,
  target: string,
  { overwrite = false, durability = "batched", signal }: ExportFolderOptions,
): Promise<{ readonly files: number; readonly sizeBytes: number }> {
  const files = staged.paths.map((path) => ({ name: path, path: join(staged.root, path) }));
  const made = join(staged.root, basename(target));
  const written = await writeOzx(made, files, NGFF_VERSION, { signal });
  try {
    if (overwrite) {
      await assertMayWriteOzx(target, true);
      await rename(made, target);
    } else {
      await putNew(made, target);
    }
    if (durability === "batched") {
      await flushFolders([dirname(target)]);
    }
  } catch (cause) {
    const found = systemErrorCode(cause);
    if (found === undefined) {
      throw cause;
    }
    const isThere = found === "EEXIST";
    throw new LegacyIoError(
      isThere ? "already_exists" : "io",
      isThere ? `${target} was created in the meantime` : `cannot put ${target} in place: ${found}`,
      { path: target, found, cause },
    );
  }
  await staged.discard();
  return written;
}

/** Gives a file its name, unless something has it. */
async function putNew(made: string, target: string): Promise<void> {
  try {
    await link(made, target);
  } catch (error) {
    // File systems without hard links.
    if (systemErrorCode(error) === "EEXIST" || (await pathExists(target))) {
      throw error;
    }
    await rename(made, target);
    return;
  }
  await rm(made);
}
