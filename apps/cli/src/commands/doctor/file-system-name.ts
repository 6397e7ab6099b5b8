// The names of file systems, for `kym doctor`.

/** The types of file systems in statfs(2) of Linux, and their usual names. */
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
  [0x65735546, "FUSE"],
  [0x4d44, "FAT"],
  [0x2011bab0, "exFAT"],
  [0x7366746e, "NTFS"],
  [0x5346544e, "NTFS"],
]);

/** The name and number of a type of file system; only the number on other systems than Linux. */
export function fileSystemName(type: number, platform: string): string {
  const hexadecimal = `0x${type.toString(16)}`;
  const name = platform === "linux" ? NAMES.get(type) : undefined;
  return name === undefined ? hexadecimal : `${name} (${hexadecimal})`;
}
