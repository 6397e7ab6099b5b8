import { expect, test } from "vitest";
import type { BundleFile, FolderScan, LegacyBundle } from "../../src/folder/bundle.ts";
import { fileOfPlaceholder, isOnlineOnly, withoutOnlineOnly } from "../../src/folder/online-only.ts";

test.each([
  ["darwin", 100, 0, "yes"],
  ["darwin", 100, 8, "no"],
  ["darwin", 0, 0, "no"],
  // NTFS keeps small files in its table, where they take no blocks.
  ["win32", 700, 0, "no"],
  ["win32", 4097, 0, "yes"],
  ["win32", 4097, 16, "no"],
  // On Linux a file system may never count blocks, and a file may have holes.
  ["linux", 4097, 0, "if it is empty"],
  ["linux", 4097, 16, "no"],
  ["linux", 0, 0, "no"],
] as const)(
  "on %s a file of %d bytes and %d blocks: online only? %s",
  (platform, sizeBytes, blocks, expected) => {
    expect(isOnlineOnly({ platform, sizeBytes, blocks })).toBe(expected);
  },
);

test.each([
  [".a.tif.icloud", "a.tif"],
  ["..a.icloud", ".a"],
  ["a.tif.icloud", undefined],
  [".icloud", undefined],
  [".a.tif", undefined],
])("the placeholder %s of iCloud stands for %s", (name, expected) => {
  expect(fileOfPlaceholder(name)).toBe(expected);
});

test("an image is set aside with its files if one of them is online only", () => {
  const file = (relPath: string, more: Partial<BundleFile> = {}): BundleFile => ({
    ...{ path: relPath, relPath, sizeBytes: 1, mtimeNs: 0n },
    ...more,
  });
  const away = { isOnlineOnly: true } as const;
  const bundle = (image: BundleFile, ...sidecars: readonly BundleFile[]): LegacyBundle => ({
    image,
    stem: "",
    otherChannels: [],
    sidecars: sidecars.map((one) => ({ ...one, kind: "olympus_header" })),
  });
  const bundles = [bundle(file("a"), file("b")), bundle(file("c", away)), bundle(file("d"), file("e", away))];
  const nothing = { orphans: [], unreadable: [], folderDatabases: [], unrecognised: [], ignored: [] };
  const scan: FolderScan = { root: "", bundles, ...nothing };
  expect(withoutOnlineOnly(scan)).toEqual({
    scan: { ...scan, bundles: bundles.slice(0, 1) },
    notDownloaded: bundles.slice(1),
  });
});
