// Finds the type of the file system that a folder lies on, as Linux calls it.

import { readFile, realpath } from "node:fs/promises";
import { dirname } from "node:path";

/**
 * Returns the type of the file system of a path that may not exist yet, such as `ext4`, `fuseblk` or `fuse.rclone`; undefined
 * where it is unknown: on other systems than Linux, and without `/proc`.
 *
 * Source: `/proc/self/mountinfo` of proc(5).
 */
export async function mountedFileSystem(path: string): Promise<string | undefined> {
  try {
    const mounts = await readFile("/proc/self/mountinfo", "utf8");
    return fileSystemOf(await nearestReal(path), mounts);
  } catch {
    return undefined;
  }
}

/** Returns the type of the file system of a real path, by the text of `/proc/self/mountinfo`. */
export function fileSystemOf(path: string, mountinfo: string): string | undefined {
  let deepest = { point: "", type: undefined as string | undefined };
  for (const line of mountinfo.split("\n")) {
    const [before = "", after = ""] = line.split(" - ", 2);
    const point = unescaped(before.split(" ")[4] ?? "");
    const isAbove = point === "/" || path === point || path.startsWith(`${point}/`);
    // A later mount at the same point hides the earlier one.
    if (point !== "" && isAbove && point.length >= deepest.point.length) {
      deepest = { point, type: after.split(" ")[0] };
    }
  }
  return deepest.type;
}

/** Spaces and line ends of a mount point are written as octal numbers. */
function unescaped(point: string): string {
  return point.replaceAll(/\\([0-7]{3})/g, (_, octal: string) =>
    String.fromCodePoint(Number.parseInt(octal, 8)),
  );
}

async function nearestReal(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch (error) {
    const parent = dirname(path);
    if (parent === path) {
      throw error;
    }
    return nearestReal(parent);
  }
}
