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
  [0x65735546, "FUSE"],
  [0x4d44, "FAT"],
  [0x2011bab0, "exFAT"],
  [0x7366746e, "NTFS"],
  [0x5346544e, "NTFS"],
]);

/** What a file system is called: its number too, which alone is known elsewhere than on Linux. */
export function fileSystemName(type: number, platform: string): string {
  const hexadecimal = `0x${type.toString(16)}`;
  const name = platform === "linux" ? NAMES.get(type) : undefined;
  return name === undefined ? hexadecimal : `${name} (${hexadecimal})`;
}
