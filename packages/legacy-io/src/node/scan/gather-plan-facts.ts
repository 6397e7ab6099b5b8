// Collects the facts about files that a plan needs: which known paths are gone, and hashes.

import { lstat } from "node:fs/promises";
import { throwIfAborted } from "@kym/zarr-store/runtime";
import { isLegacyIoError, LegacyIoError } from "../../errors.ts";
import type { FolderScan } from "../../folder/bundle.ts";
import { scanOfPath } from "../../folder/recordings/scan-name.ts";
import type { FileHash } from "../../plan/compare-files.ts";
import { placesToProbe } from "../../plan/find-moved.ts";
import type { KnownAcquisitions } from "../../plan/known-acquisition.ts";
import { type FolderFacts, filesToHash } from "../../plan/plan-ingest.ts";
import { hashOf } from "../ngff/hash-of.ts";
import { systemErrorCode } from "../tiff/file-source.ts";

/** Checks known paths and hashes files, but only those that the plan needs: files that look changed or moved. */
export async function gatherPlanFacts(
  scan: FolderScan,
  known: KnownAcquisitions,
  signal: AbortSignal | undefined,
  { verifies = false, isOwn = () => true }: Pick<FolderFacts, "verifies" | "isOwn"> = {},
): Promise<FolderFacts> {
  const gone = new Set<string>();
  for (const path of placesToProbe(scan.bundles, known)) {
    throwIfAborted(signal, LegacyIoError);
    if (await isGone(path)) {
      gone.add(path);
    }
  }
  const hashes = new Map<string, FileHash>();
  for (;;) {
    const files = filesToHash(scan, known, { gone, hashes, verifies, isOwn });
    if (files.length === 0) {
      return { gone, hashes };
    }
    for (const file of files) {
      try {
        hashes.set(file.path, { ok: true, sha256: await hashOf(file, signal) });
      } catch (error) {
        if (!isLegacyIoError(error, "io", "not_supported", "invalid_file")) {
          throw error;
        }
        hashes.set(file.path, { ok: false, reason: error.message });
      }
    }
  }
}

/** True only if there is certainly nothing at a path. A path that cannot be checked is not gone: a drive may be offline. */
export async function isGone(path: string): Promise<boolean> {
  try {
    await lstat(scanOfPath(path)?.file ?? path);
    return false;
  } catch (cause) {
    const code = systemErrorCode(cause);
    return code === "ENOENT" || code === "ENOTDIR";
  }
}
