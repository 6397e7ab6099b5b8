// Follows the chain of a TIFF's directories as far as it leads, and never in a circle.

import { LegacyIoError } from "../../errors.ts";

/** One directory, and the offset of the next one: 0 after the last. */
export interface DirectoryLink<D> {
  readonly directory: D;
  readonly nextOffset: number;
}

/**
 * Follows a chain of directories from offset to offset until an offset is 0. It visits each offset once, and at most
 * `maxCount` of them. Errors of `read` are passed on, but for those of a later directory that `isEnd` takes for the end of the
 * chain: the directories before it are whole.
 * @throws {LegacyIoError} `invalid_file` for a chain that is longer or leads in a circle
 */
export async function followDirectories<D>(
  firstOffset: number,
  maxCount: number,
  read: (offset: number) => Promise<DirectoryLink<D>>,
  isEnd: (error: unknown, offset: number) => boolean = () => false,
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
    try {
      const { directory, nextOffset } = await read(offset);
      directories.push(directory);
      offset = nextOffset;
    } catch (error) {
      if (directories.length === 0 || !isEnd(error, offset)) {
        throw error;
      }
      return directories;
    }
  }
  return directories;
}
