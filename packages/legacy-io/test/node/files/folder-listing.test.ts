import { mkdir, rm, stat, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { FolderListing } from "../../../src/node/files/folder-listing.ts";
import { makeLabFolder } from "../lab-folder.ts";

let folder: string;
beforeEach(async () => {
  folder = await makeLabFolder({ "b.tif": "", "a.tif": "" });
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** Adds a file as if within the same step of the file system's clock: the folder's time stays. */
async function addUnseen(name: string): Promise<void> {
  const { atime, mtime } = await stat(folder);
  await writeFile(join(folder, name), "");
  await utimes(folder, atime, mtime);
}

/** A folder whose time is of whole milliseconds, so that it can be set again. */
async function settleTime(): Promise<void> {
  await utimes(folder, 1_700_000_000, 1_700_000_000);
}

test("files alone are named, sorted, and found by how they begin", async () => {
  await mkdir(join(folder, "a.folder"));
  await writeFile(join(folder, "a.json"), "");
  const listing = new FolderListing(folder);
  expect(await listing.names()).toEqual(["a.json", "a.tif", "b.tif"]);
  expect(await listing.namesFrom("a.")).toEqual(["a.json", "a.tif"]);
  expect(await listing.namesFrom("a.u")).toEqual([]);
  expect(await listing.namesFrom("c")).toEqual([]);
  expect(await listing.namesFrom("")).toEqual(["a.json", "a.tif", "b.tif"]);
});

test("a file is seen that came within one step of the clock after a look", async () => {
  await settleTime();
  let nowMs = 0;
  const listing = new FolderListing(folder, () => nowMs);
  await listing.names();
  nowMs = 1000;
  await addUnseen("c.tif");
  expect(await listing.names()).toEqual(["a.tif", "b.tif", "c.tif"]);
  nowMs = 3000;
  await addUnseen("d.tif");
  expect(await listing.names()).toEqual(["a.tif", "b.tif", "c.tif", "d.tif"]);
});

test("a folder that has been at rest is listed once for all, until its time of change moves", async () => {
  await settleTime();
  let nowMs = 0;
  const listing = new FolderListing(folder, () => nowMs);
  await listing.names();
  nowMs = 3000;
  const names = await listing.names();
  await addUnseen("c.tif");
  expect(await listing.names()).toBe(names);
  await writeFile(join(folder, "d.tif"), "");
  expect(await listing.names()).toEqual(["a.tif", "b.tif", "c.tif", "d.tif"]);
  await rm(join(folder, "a.tif"));
  expect(await listing.names()).toEqual(["b.tif", "c.tif", "d.tif"]);
});

test("a folder that went away is not found", async () => {
  const listing = new FolderListing(folder);
  await rm(folder, { recursive: true });
  await expect(listing.names()).rejects.toMatchObject({ code: "not_found", details: { found: "ENOENT" } });
});
