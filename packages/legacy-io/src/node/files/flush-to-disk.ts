import { open } from "node:fs/promises";
import { dirname } from "node:path";
import { systemErrorCode } from "../tiff/file-source.ts";

/** A file system that is given many at once writes its journal once for them. */
const AT_ONCE = 16;
/** What a file system says that cannot flush this kind of file. */
const CANNOT_FLUSH: ReadonlySet<string | undefined> = new Set(["EINVAL", "ENOTSUP", "EOPNOTSUPP", "ENOSYS"]);

/** Flushes files that are written, and then the folders that name them, and those up to `root`, so that a power cut takes none. */
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

/** Flushes what folders name. Windows opens no folder: there a rename is durable by itself. */
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
