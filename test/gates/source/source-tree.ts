import { readdirSync, readFileSync } from "node:fs";
import { extname, join, resolve } from "node:path";

/** A repository as the gates see it: the path of every file, `/` between its parts, and its text. */
export type SourceTree = ReadonlyMap<string, string>;

export const REPOSITORY_ROOT: string = resolve(import.meta.dirname, "../../..");

const NOT_SOURCE = /^(\.cache|\.git|\.pnpm-store|\.turbo|coverage|dist|node_modules|.*\.zarr|\.example-.*)$/;
const TEXT = new Set([".json", ".md", ".ts", ".txt", ".yaml", ".yml"]);

/** Everything below `root` but what is installed or built. Files that are not text are there with an empty one. */
export function readSourceTree(root: string = REPOSITORY_ROOT): SourceTree {
  return new Map(filesBelow(root, ""));
}

/** A tree written down in a test: the negative case of a gate. */
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
