// Says what the operating system knows of a file in the words of a store.

import type { BigIntStats } from "node:fs";
import { statfs } from "node:fs/promises";
import type { StoreStat } from "../../store/key-value-store.ts";

/** The inode is left out where it may change although the file does not. */
export function storeStatOf(stats: BigIntStats, inodesLast: boolean): StoreStat {
  return {
    kind: kindOf(stats),
    sizeBytes: Number(stats.size),
    mtimeMs: Number(stats.mtimeNs) / 1e6,
    mtimeNs: stats.mtimeNs,
    ctimeNs: stats.ctimeNs,
    ...(inodesLast && { inode: stats.ino }),
    device: String(stats.dev),
  };
}

export function kindOf(entry: { isFile(): boolean; isDirectory(): boolean }): StoreStat["kind"] {
  if (entry.isFile()) {
    return "file";
  }
  return entry.isDirectory() ? "directory" : "other";
}

/**
 * The numbers by which Linux names file systems that keep inodes over a remount. Those in user space (FUSE) share one number
 * and may count their files anew; those on a network have the server's inodes, or make some up.
 *
 * Source: `statfs(2)`, and `linux/magic.h`.
 */
const LASTING: ReadonlySet<number> = new Set([
  0xef53, // ext2, ext3, ext4
  0x58465342, // xfs
  0x9123683e, // btrfs
  0x01021994, // tmpfs
  0x794c7630, // overlayfs
]);

/** Returns a function that asks once. False as long as the folder does not exist, and where it is not known. */
export function whetherInodesLast(folder: string): () => Promise<boolean> {
  let known: boolean | undefined = process.platform === "linux" ? undefined : false;
  return async () => {
    known ??= await statfs(folder).then(
      // The number of btrfs is negative as a signed integer of 32 bits.
      ({ type }) => LASTING.has(type >>> 0),
      () => undefined,
    );
    return known ?? false;
  };
}
