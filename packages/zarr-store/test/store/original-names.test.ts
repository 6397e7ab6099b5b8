import { expect, it } from "vitest";
import { originalNames } from "../../src/store/original-names.ts";

const HOSTS: ReadonlySet<string> = new Set(["rig-2", "anna"]);

it.each([
  ["Dropbox", "events (Anna's conflicted copy 2026-11-30).parquet", "events.parquet"],
  ["Dropbox, by case", "events (Case Conflict 1).parquet", "events.parquet"],
  ["Nextcloud", "params (conflicted copy 2026-11-30 101500).json", "params.json"],
  ["pCloud", "params [conflicted].json", "params.json"],
  ["Seafile", "params (SFConflict anna 2026-11-30-10-15-00).json", "params.json"],
  ["Syncthing", "events.sync-conflict-20261130-101500-ABCDEFG.parquet", "events.parquet"],
  ["Syncthing, of a name without an ending", "0.sync-conflict-20261130-101500-ABCDEFG", "0"],
  ["Synology Drive", "params_NAS_Nov-30-101500-2026_Conflict.json", "params.json"],
  ["Resilio Sync", "params.Conflict.json", "params.json"],
  ["OneDrive", "events-DESKTOP-AB12CD3.parquet", "events.parquet"],
  ["OneDrive, a second time", "events-LAPTOP-2.parquet", "events.parquet"],
  ["OneDrive, by the name of a writer", "events-rig-2.parquet", "events.parquet"],
  ["OneDrive, of a record", "00000000000000000005-MACBOOK.json", "00000000000000000005.json"],
  ["Google Drive", "kym_radon (1).parquet", "kym_radon.parquet"],
  ["Google Drive, of a record", "00000000000000000005 (1).json", "00000000000000000005.json"],
  ["Google Drive, of a name without an ending", "0 (12)", "0"],
  ["two endings", "trace (1).csv.gz", "trace.csv.gz"],
  ["two endings, marked before the last", "trace.csv (1).gz", "trace.csv.gz"],
  ["Windows", "params - Copy (2).json", "params.json"],
  ["macOS", "params copy.json", "params.json"],
  ["iCloud", "params 2.json", "params.json"],
  ["a file manager", "Copy of params.json", "params.json"],
])("finds what a copy of %s is a copy of", (_who, name, original) => {
  expect(originalNames(name, HOSTS)).toContain(original);
});

it.each([
  "params.json",
  "params-window.json",
  "params-v2.json",
  "winter-macro.json",
  "c",
  "conflicts.json",
  "a-b.json",
])("takes %j for a name of its own", (name) => {
  expect(originalNames(name, HOSTS)).toEqual([]);
});
