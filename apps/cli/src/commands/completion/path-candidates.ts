// The paths that a typed beginning could become: datasets, folders on the way to them, files.

import { type Dirent, existsSync } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { isDataset } from "../../study/require-dataset.ts";
import type { Candidate } from "./decide-completion.ts";

/** More than a person reads; a folder of a lab can have tens of thousands of files. */
const MOST = 500;

/** How `kym pack` names what it makes, unless it is told another name. */
const PACKED = /\.zarr\.zip$/i;

/**
 * Lists the paths that begin with `prefix`. A folder ends with a slash, because more can follow; a dataset does not. Hidden
 * files need the dot.
 *
 * @param resolvePath makes a path absolute, relative to the user's folder
 */
export async function pathCandidates(
  prefix: string,
  kind: "dataset" | "folder" | "file",
  resolvePath: (path: string) => string,
): Promise<readonly Candidate[]> {
  const folder = prefix.slice(0, prefix.lastIndexOf("/") + 1);
  const begun = prefix.slice(folder.length);
  const location = resolvePath(folder === "" ? "." : withHome(folder));
  const entries = await readdir(location, { withFileTypes: true }).catch((): Dirent[] => []);
  const named = entries
    .filter(({ name }) => name.startsWith(begun) && (begun !== "" || !name.startsWith(".")))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .slice(0, MOST);
  const found = await Promise.all(
    named.map(async (entry): Promise<readonly Candidate[]> => {
      const path = join(location, entry.name);
      const text = `${folder}${entry.name}`;
      if (!(await isFolder(entry, path))) {
        const isPacked = kind === "dataset" && PACKED.test(entry.name);
        return kind === "file" || isPacked ? [{ text, help: isPacked ? "packed dataset" : "" }] : [];
      }
      if (kind === "file" || !isDataset(path, existsSync)) {
        return [{ text: `${text}/`, help: "" }];
      }
      return kind === "dataset" ? [{ text, help: "dataset" }] : [];
    }),
  );
  return found.flat();
}

async function isFolder(entry: Dirent, path: string): Promise<boolean> {
  return entry.isSymbolicLink()
    ? ((await stat(path).catch(() => undefined))?.isDirectory() ?? false)
    : entry.isDirectory();
}

/** A path in which a `~/` in front became the home folder, as in the shell that will run the line. */
export function withHome(path: string): string {
  return path.startsWith("~/") ? join(homedir(), path.slice(2)) : path;
}
