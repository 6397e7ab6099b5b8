// Writes a sidecar so that it is either complete or unchanged, whatever happens meanwhile.

import { open, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { LegacyIoError, type LegacyIoErrorCode } from "../../errors.ts";
import { systemErrorCode } from "../tiff/file-source.ts";
import { flushFolders } from "./flush-to-disk.ts";

/** A leading dot hides the file, so that a scan does not mistake one left behind by a crash for a sidecar. */
const TEMPORARY_PREFIX = ".kym-";

const CODES: ReadonlyMap<string, LegacyIoErrorCode> = new Map([
  ["EACCES", "read_only"],
  ["EPERM", "read_only"],
  ["EROFS", "read_only"],
  ["ENOENT", "not_found"],
  ["ENOTDIR", "not_found"],
  ["ENAMETOOLONG", "invalid_name"],
]);

/**
 * Writes a file whole or not at all: writes a temporary file beside it, flushes, renames, and flushes the folder.
 *
 * @throws LegacyIoError `read_only`, `not_found` if the folder is missing, `invalid_name` if the name is too long, `io`.
 */
export async function writeFileAtomic(path: string, bytes: Uint8Array): Promise<void> {
  const temporary = join(dirname(path), `${TEMPORARY_PREFIX}${crypto.randomUUID()}.tmp`);
  try {
    await writeFlushed(temporary, bytes);
    await rename(temporary, path);
    await flushFolders([dirname(path)]);
  } catch (cause) {
    await rm(temporary, { force: true }).catch(() => undefined);
    const found = systemErrorCode(cause);
    throw new LegacyIoError(CODES.get(found) ?? "io", `cannot write ${path}: ${found}`, {
      path,
      found,
      cause,
    });
  }
}

async function writeFlushed(path: string, bytes: Uint8Array): Promise<void> {
  await using file = await open(path, "wx");
  await file.writeFile(bytes);
  await file.sync();
}
