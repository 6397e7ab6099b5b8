// What is known of all files below a folder of a local store.

import { lstatSync } from "node:fs";
import { join } from "node:path";
import { ZarrStoreError } from "../../errors.ts";
import { throwIfAborted } from "../../runtime/throw-if-aborted.ts";
import type { KeyValueStore } from "../../store/key-value-store.ts";
import type { BlockingFiles } from "./blocking-files.ts";
import type { DirectoryJail } from "./directory-jail.ts";
import { errnoOf } from "./errno.ts";
import { visitFiles } from "./stat-files.ts";
import { kindOf, storeStatOf } from "./store-stat-of.ts";

type Files = Pick<BlockingFiles, "filesBelow">;

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
        await jail.assertInside(folder);
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

/** `visitBelow` of a local store; undefined where its file system makes no calls at once. */
export function visitBelowIn(
  root: string,
  files: Pick<BlockingFiles, "now">,
  jail: DirectoryJail,
): KeyValueStore["visitBelow"] {
  const { now } = files;
  return (
    now &&
    ((folder, visit) => {
      const visitAll = (): boolean => {
        const isInside = jail.isPlainlyInside(folder, isDirectory);
        if (isInside) {
          visitFiles(`${root}/${folder}`, (key, stats) =>
            visit(key, { kind: kindOf(stats), sizeBytes: Number(stats.size), mtimeNs: stats.mtimeNs }),
          );
        }
        return isInside;
      };
      try {
        return now(visitAll) === true;
      } catch (error) {
        if (errnoOf(error) === undefined) {
          throw error;
        }
        return false;
      }
    })
  );
}

function isDirectory(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}
