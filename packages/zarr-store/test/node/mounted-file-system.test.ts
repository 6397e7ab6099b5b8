import { describe, expect, it } from "vitest";
import { fileSystemOf, mountedFileSystem } from "../../src/node/local/mounted-file-system.ts";
import { inFolder } from "../support/in-folder.ts";

const MOUNTS = `22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
30 22 0:40 / /mnt/pool rw,relatime shared:9 - fuse.mergerfs a:b rw
31 22 0:41 / /mnt/pool/cloud rw - fuse.rclone remote: rw
32 22 8:17 / /media/my\\040stick rw - exfat /dev/sdb1 rw
33 32 8:18 / /media/my\\040stick rw master:1 - fuseblk /dev/sdb2 rw
`;

describe("the file system of a folder", () => {
  it.each([
    ["/home/lab", "ext4"],
    ["/", "ext4"],
    ["/mnt/pool", "fuse.mergerfs"],
    ["/mnt/pool/study.zarr", "fuse.mergerfs"],
    ["/mnt/poolside", "ext4"],
    ["/mnt/pool/cloud/study.zarr", "fuse.rclone"],
    ["/media/my stick/study.zarr", "fuseblk"],
  ])("%s is that of the deepest and last mount above it: %s", (path, type) => {
    expect(fileSystemOf(path, MOUNTS)).toBe(type);
  });

  it("is unknown without a table of mounts", () => {
    expect(fileSystemOf("/home", "")).toBeUndefined();
    expect(fileSystemOf("/home", "nonsense\n")).toBeUndefined();
  });

  it.skipIf(process.platform !== "linux")(
    "is known of a folder that does not exist yet [skipped elsewhere than on Linux]",
    async () => {
      await inFolder(async (root) => {
        expect(await mountedFileSystem(`${root}/not/yet`)).toBe(await mountedFileSystem(root));
        expect(await mountedFileSystem("/proc/self")).toBe("proc");
      });
    },
  );
});
