// The files of the repository, as the gates read them.

import { readdirSync, readFileSync } from "node:fs";
import { extname, join, resolve } from "node:path";

/** A repository: the text of every file by its path, with `/` between the parts. */
export type SourceTree = ReadonlyMap<string, string>;

export const REPOSITORY_ROOT: string = resolve(import.meta.dirname, "../../..");

const NOT_SOURCE = /^(\.cache|\.git|\.pnpm-store|\.turbo|coverage|dist|node_modules|.*\.zarr|\.example-.*)$/;
const TEXT = new Set([".json", ".md", ".ts", ".txt", ".yaml", ".yml"]);

/** Everything below `root` except what is installed or built. A file that is not text has an empty text. */
export function readSourceTree(root: string = REPOSITORY_ROOT): SourceTree {
  return new Map(filesBelow(root, ""));
}

/** A tree that a test writes down, to show that a gate finds a fault. */
export function sourceTree(files: Readonly<Record<string, string>>): SourceTree {
  return new Map(Object.entries(files));
}

function* filesBelow(root: string, folder: string): Generator<[path: string, text: string]> {
  for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
    const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
    if (NOT_SOURCE.test(entry.name)) {
      continue;
    }
    if (entry.isDirectory()) {
      yield* filesBelow(root, path);
    } else if (entry.isFile()) {
      yield [path, TEXT.has(extname(entry.name)) ? readFileSync(join(root, path), "utf8") : ""];
    }
  }
}
