import { open, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { LegacyIoError, type LegacyIoErrorCode } from "../../errors.ts";
import { systemErrorCode } from "../tiff/file-source.ts";
import { flushFolders } from "./flush-to-disk.ts";

/** Hidden, so that a scan never takes one that a crash left behind for a sidecar. */
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
 * Puts a file in place whole or not at all: written beside its place, flushed, renamed, the folder flushed.
 * Errors: `read_only`, `not_found` for a folder that is not there, `invalid_name` for a name that is too long, `io`.
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
