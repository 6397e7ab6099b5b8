// Follows the chain of a TIFF's directories as far as it leads, and never in a circle.

import { isLegacyIoError, LegacyIoError } from "../../errors.ts";

/** One directory, and the offset of the next one: 0 after the last. */
export interface DirectoryLink<D> {
  readonly directory: D;
  readonly nextOffset: number;
}

/** The directories of a chain, and how it ended if it did not end with an offset of 0. */
export interface FollowedChain<D> {
  readonly directories: readonly D[];
  /** Why the chain could not be followed further, for people. */
  readonly brokenOff: string | undefined;
}

/**
 * Follows a chain of directories from offset to offset until an offset is 0. It visits each offset once, and at most
 * `maxCount` of them. A chain that leads to something that is no directory (`read` throws `invalid_file`) ends there: the
 * directories before it are whole. Other errors of `read`, and any error of the first directory, are passed on.
 * @throws {LegacyIoError} `invalid_file` for a chain that is longer or leads in a circle
 */
export async function followDirectories<D>(
  firstOffset: number,
  maxCount: number,
  read: (offset: number) => Promise<DirectoryLink<D>>,
): Promise<FollowedChain<D>> {
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
    let link: DirectoryLink<D>;
    try {
      link = await read(offset);
    } catch (error) {
      if (directories.length === 0 || !isLegacyIoError(error, "invalid_file")) {
        throw error;
      }
      const brokenOff = `the TIFF's directories end at offset ${offset}, where there is none (${error.message}): the ${directories.length} before it are read`;
      return { directories, brokenOff };
    }
    directories.push(link.directory);
    offset = link.nextOffset;
  }
  return { directories, brokenOff: undefined };
}
