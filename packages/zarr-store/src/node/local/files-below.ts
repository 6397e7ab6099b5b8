// Lists all files below a folder of the local file system, with what is known of each.

import * as fs from "node:fs";
import * as fsPromises from "node:fs/promises";
import { join } from "node:path";
import { ZarrStoreError } from "../../errors.ts";
import { throwIfAborted } from "../../runtime/throw-if-aborted.ts";
import type { KeyValueStore } from "../../store/key-value-store.ts";
import { parentKey, type StoreKey } from "../../store/store-key.ts";
import type { BlockingFiles } from "./blocking-files.ts";
import type { DirectoryJail } from "./directory-jail.ts";
import { errnoOf } from "./errno.ts";
import { storeStatOf } from "./store-stat-of.ts";

/** All files below a folder, by their paths below it with `/`; links are left out. */
export function filesBelow(folder: string): ReadonlyMap<string, fs.BigIntStats> {
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

/** {@link filesBelow}, in the thread pool of Node. */
export async function filesBelowInPool(folder: string): Promise<ReadonlyMap<string, fs.BigIntStats>> {
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

type Files = Pick<BlockingFiles, "lstat" | "filesBelow">;

/** `statsBelow` of a local store; undefined where its file system cannot list all at once. */
export function statsBelowIn(
  root: string,
  files: Files,
  jail: DirectoryJail,
  inodesLast: () => Promise<boolean>,
): KeyValueStore["statsBelow"] {
  const { filesBelow: list } = files;
  return (
    list &&
    (async (folder, options = {}) => {
      throwIfAborted(options.signal);
      try {
        if (await isBehindLink(files, root, folder)) {
          await jail.assertInside(folder);
        }
        const last = await inodesLast();
        const found = await list(join(root, folder));
        return new Map([...found].map(([key, stats]) => [key, storeStatOf(stats, last)]));
      } catch (error) {
        const code = errnoOf(error);
        if (code === "ENOENT" || code === "ENOTDIR") {
          return new Map();
        }
        throw code === undefined
          ? error
          : new ZarrStoreError("io", `cannot list ${join(root, folder)}: ${code}`, {
              path: folder,
              found: code,
            });
      }
    })
  );
}

/** Whether a folder, or one above it in the store, is a link. For many folders this costs less than to resolve them. */
async function isBehindLink({ lstat }: Files, root: string, folder: StoreKey): Promise<boolean> {
  for (let key: StoreKey | undefined = folder; key !== undefined; key = parentKey(key)) {
    if (!(await lstat(join(root, key), { bigint: true })).isDirectory()) {
      return true;
    }
  }
  return false;
}
