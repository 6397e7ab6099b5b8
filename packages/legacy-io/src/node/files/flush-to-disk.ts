// Flushes files and folders to the disk, so that a power cut does not lose them.

import { open } from "node:fs/promises";
import { dirname } from "node:path";
import { systemErrorCode } from "../tiff/file-source.ts";

/** Number of flushes at the same time. A file system writes its journal once for all of them. */
const AT_ONCE = 16;
/** Error codes of file systems that cannot flush this kind of file. */
const CANNOT_FLUSH: ReadonlySet<string | undefined> = new Set(["EINVAL", "ENOTSUP", "EOPNOTSUPP", "ENOSYS"]);

/** Flushes files, and then the folders that contain them, up to `root`. */
export async function flushFilesBelow(root: string, files: readonly string[]): Promise<void> {
  const folders = new Set([root]);
  for (const file of files) {
    for (let folder = dirname(file); folder !== root; folder = dirname(folder)) {
      folders.add(folder);
    }
  }
  await flushEach(files, "r+");
  await flushFolders([...folders]);
}

/** Flushes the entries of folders. Does nothing on Windows, which cannot open folders and makes renames durable itself. */
export async function flushFolders(folders: readonly string[]): Promise<void> {
  if (process.platform !== "win32") {
    await flushEach(folders, "r");
  }
}

async function flushEach(paths: readonly string[], flags: string): Promise<void> {
  const queue = paths.values();
  const work = async (): Promise<void> => {
    for (const path of queue) {
      await using file = await open(path, flags);
      await file.sync().catch((error: unknown) => {
        if (!CANNOT_FLUSH.has(systemErrorCode(error))) {
          throw error;
        }
      });
    }
  };
  const workers = await Promise.allSettled(Array.from({ length: AT_ONCE }, work));
  const failed = workers.find((worker) => worker.status === "rejected");
  if (failed !== undefined) {
    throw failed.reason;
  }
}
