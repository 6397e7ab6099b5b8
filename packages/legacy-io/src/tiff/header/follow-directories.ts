import { LegacyIoError } from "../../errors.ts";

/** What stands at one link of the chain, and where the next one is: 0 after the last. */
export interface DirectoryLink<D> {
  readonly directory: D;
  readonly nextOffset: number;
}

/**
 * Follows a chain of directories from offset to offset until one is 0. Each offset is visited once, and no more than
 * `maxCount` of them, whatever `read` says.
 * Throws `invalid_file` for a chain that leads in a circle or is longer, and what `read` throws.
 */
export async function followDirectories<D>(
  firstOffset: number,
  maxCount: number,
  read: (offset: number) => Promise<DirectoryLink<D>>,
): Promise<readonly D[]> {
  const directories: D[] = [];
  const visited = new Set<number>();
  for (let offset = firstOffset; offset !== 0; ) {
    if (visited.has(offset)) {
      const message = `the TIFF's directories lead in a circle, back to offset ${offset}`;
      throw new LegacyIoError("invalid_file", message, { offset });
    }
    if (visited.size >= maxCount) {
      throw new LegacyIoError("invalid_file", `the TIFF has more than ${maxCount} directories`, {
        offset,
        expected: maxCount,
      });
    }
    visited.add(offset);
    const { directory, nextOffset } = await read(offset);
    directories.push(directory);
    offset = nextOffset;
  }
  return directories;
}
