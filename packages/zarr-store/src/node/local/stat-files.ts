// Lists all files below a folder of the local file system, with what is known of each.

import * as fs from "node:fs";
import * as fsPromises from "node:fs/promises";

/** All files below a folder, by their paths below it with `/`; links are left out. */
export function statFiles(folder: string): ReadonlyMap<string, fs.BigIntStats> {
  const stats = new Map<string, fs.BigIntStats>();
  const visit = (path: string, prefix: string): void => {
    for (const entry of fs.readdirSync(path, { withFileTypes: true })) {
      if (entry.isDirectory()) {
        visit(`${path}/${entry.name}`, `${prefix}${entry.name}/`);
      } else if (entry.isFile()) {
        stats.set(prefix + entry.name, fs.lstatSync(`${path}/${entry.name}`, { bigint: true }));
      }
    }
  };
  visit(folder, "");
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
