// The names of file systems, for `kym doctor`.

const FUSE = 0x65735546;

/** Numbers by which Linux knows a file system (statfs(2)), and what people call it. */
const NAMES: ReadonlyMap<number, string> = new Map([
  [0xef53, "ext4"],
  [0x58465342, "xfs"],
  [0x9123683e, "btrfs"],
  [0x2fc12fc1, "zfs"],
  [0x01021994, "tmpfs, in memory"],
  [0x794c7630, "overlayfs"],
  [0x6969, "NFS, a network share"],
  [0xff534d42, "SMB, a network share"],
  [0xfe534d42, "SMB 2, a network share"],
  [FUSE, "FUSE"],
  [0x4d44, "FAT"],
  [0x2011bab0, "exFAT"],
  [0x7366746e, "NTFS"],
  [0x5346544e, "NTFS"],
]);

/**
 * What a file system is called: its number too, which alone is known elsewhere than on Linux. The number of FUSE stands for
 * many file systems, which the type of the mount tells apart.
 */
export function fileSystemName(type: number, platform: string, mountType?: string): string {
  const hexadecimal = `0x${type.toString(16)}`;
  const isFuse = type === FUSE && mountType !== undefined;
  const name = platform === "linux" ? (isFuse ? mountType : NAMES.get(type)) : undefined;
  return name === undefined ? hexadecimal : `${name} (${hexadecimal})`;
}
