import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

/** A hash of all paths and bytes below a folder. It stays the same if and only if none of them changes. */
export async function treeHash(folder: string): Promise<string> {
  const hash = createHash("sha256");
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries.map((entry) => ({
    path: join(entry.parentPath, entry.name),
    isFile: entry.isFile(),
  }));
  for (const { path, isFile } of paths.sort((a, b) => (a.path < b.path ? -1 : 1))) {
    hash.update(path.slice(folder.length)).update("\0");
    if (isFile) {
      hash.update(await readFile(path));
    }
  }
  return hash.digest("hex");
}
