// Lists all files below a folder of the local file system, with what is known of each.

import * as fs from "node:fs";
import * as fsPromises from "node:fs/promises";

/** Visits all files below a folder, by their paths below it with `/`; links are left out. */
export function visitFiles(folder: string, visit: (path: string, stats: fs.BigIntStats) => void): void {
  const visitFolder = (path: string, prefix: string): void => {
    for (const entry of fs.readdirSync(path, { withFileTypes: true })) {
      if (entry.isDirectory()) {
        visitFolder(`${path}/${entry.name}`, `${prefix}${entry.name}/`);
      } else if (entry.isFile()) {
        visit(prefix + entry.name, fs.lstatSync(`${path}/${entry.name}`, { bigint: true }));
      }
    }
  };
  visitFolder(folder, "");
}

/** All files that {@link visitFiles} visits. */
export function statFiles(folder: string): ReadonlyMap<string, fs.BigIntStats> {
  const stats = new Map<string, fs.BigIntStats>();
  visitFiles(folder, (path, found) => stats.set(path, found));
  return stats;
}

/** {@link statFiles}, in the thread pool of Node. */
export async function statFilesInPool(folder: string): Promise<ReadonlyMap<string, fs.BigIntStats>> {
  const stats = new Map<string, fs.BigIntStats>();
  const visit = async (path: string, prefix: string): Promise<void> => {
    for (const entry of await fsPromises.readdir(path, { withFileTypes: true })) {
      if (entry.isDirectory()) {
        await visit(`${path}/${entry.name}`, `${prefix}${entry.name}/`);
      } else if (entry.isFile()) {
        const found = await fsPromises.lstat(`${path}/${entry.name}`, { bigint: true });
        stats.set(prefix + entry.name, found);
      }
    }
  };
  await visit(folder, "");
  return stats;
}
