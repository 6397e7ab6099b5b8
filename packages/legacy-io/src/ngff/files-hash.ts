// The hash of a folder as one file: stable, whatever order a disk lists its files in.

import { compareCodePoints } from "@kym/zarr-store/runtime";

/** A file of a folder, by its path below it, with the SHA-256 of its bytes in lower-case hexadecimal. */
export interface HashedFile {
  readonly path: string;
  readonly sha256: string;
}

const TITLE = "kym folder hash 1\n";

/**
 * The text whose SHA-256 is the hash of a folder: a title, then for each file its hash, two spaces, its path and a line end, sorted
 * by the code points of the paths. Times, modes and empty folders count for nothing.
 */
export function textOfFiles(files: readonly HashedFile[]): string {
  const lines = files
    .toSorted((a, b) => compareCodePoints(a.path, b.path))
    .map(({ path, sha256 }) => `${sha256}  ${path}\n`);
  return `${TITLE}${lines.join("")}`;
}
