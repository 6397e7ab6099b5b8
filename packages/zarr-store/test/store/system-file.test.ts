import { expect, it } from "vitest";
import { systemFileOwner } from "../../src/store/system-file.ts";

it.each([
  [".DS_Store", "macOS"],
  ["._events.parquet", "macOS"],
  ["Icon\r", "macOS"],
  ["__MACOSX", "macOS"],
  ["Thumbs.db", "Windows"],
  ["DESKTOP.INI", "Windows"],
  ["System Volume Information", "Windows"],
  ["events.parquet:Zone.Identifier", "Windows"],
  ["~$kym_radon.xlsx", "office programs"],
  [".~lock.kym_radon.csv#", "office programs"],
  [".849C9593-D756-4E56-8D6E-42412F2A707B", "OneDrive"],
  [".dropbox.attr", "Dropbox"],
  [".stfolder", "Syncthing"],
  [".stfolder.removed-20261130-101500", "Syncthing"],
  ["~syncthing~events.parquet.tmp", "Syncthing"],
  [".syncthing.events.parquet.tmp", "Syncthing"],
  [".tmp.drivedownload", "Google Drive"],
  ["._sync_0123abcd.db-wal", "Nextcloud"],
  ["@eaDir", "Synology"],
  [".fuse_hidden0000001200000003", "Linux"],
  [".nfs000000000123456700000001", "Linux"],
  [".gitattributes", "git"],
])("knows %j as a file of %s", (name, owner) => {
  expect(systemFileOwner(name)).toBe(owner);
});

it.each([
  "zarr.json",
  "events.parquet",
  "0",
  "c",
  "~~overview-cc17302acab55f91.json",
  "thumbs.json",
  "desktop.json",
  "icon",
  "_params.json",
  "sync.json",
  "DS_Store",
])("does not take %j for a file of a system", (name) => {
  expect(systemFileOwner(name)).toBeUndefined();
});
