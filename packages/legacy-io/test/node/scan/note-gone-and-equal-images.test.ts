import { cp, mkdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { memoryStore, openDataset, type ZarrDataset } from "@kym/zarr-store";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ingestLegacyFolder, refreshFromFolder } from "../../../src/node/index.ts";
import { makeLabFolder, tinyTiff } from "../lab-folder.ts";

const GONE = "the TIFF is gone from the folder; the dataset keeps the image";
const equalTo = (path: string): string => `the file has the same bytes as ${path}; both are in the dataset`;

describe("the notes of an ingest or a refresh", () => {
  let dataset: ZarrDataset;
  let folder = "";
  beforeEach(async () => {
    dataset = await openDataset(memoryStore());
    folder = await makeLabFolder({ "a/one.tif": tinyTiff(1), "two.tif": tinyTiff(2) });
    const { notes } = await ingestLegacyFolder(dataset, folder);
    expect(notes).toEqual([]);
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));
  const notesOf = async (options: { readonly dryRun?: boolean; readonly pattern?: string } = {}) =>
    (await refreshFromFolder(dataset, folder, options)).notes.map(({ path, reason }) => [path, reason]);

  it("name a TIFF that is gone, in a dry run too, and the image stays", async () => {
    await rm(join(folder, "a/one.tif"));
    expect(await notesOf({ dryRun: true })).toEqual([["a/one.tif", GONE]]);
    expect(await notesOf()).toEqual([["a/one.tif", GONE]]);
    expect(await dataset.listImageIds()).toHaveLength(2);
  });

  it("name no TIFF that moved, that a pattern leaves out, or whose image was deleted", async () => {
    await rename(join(folder, "a"), join(folder, "b"));
    expect(await notesOf()).toEqual([]);
    expect(await notesOf({ pattern: "two*" })).toEqual([]);
    await rm(join(folder, "b"), { recursive: true });
    for (const imageId of await dataset.listImageIds()) {
      await dataset.deleteImage(imageId);
    }
    await writeFile(join(folder, "three.tif"), tinyTiff(3));
    expect(await notesOf()).toEqual([]);
  });

  it("name no TIFF of a folder in which nothing is left: its drive may be offline", async () => {
    await rm(folder, { recursive: true });
    await mkdir(folder);
    expect(await notesOf()).toEqual([]);
  });

  it("name a new file with the bytes of another image, once", async () => {
    await cp(join(folder, "a/one.tif"), join(folder, "copy.tif"));
    await writeFile(join(folder, "x.tif"), tinyTiff(7));
    await writeFile(join(folder, "y.tif"), tinyTiff(7));
    const notes = await notesOf();
    expect(notes[0]).toEqual(["copy.tif", equalTo("a/one.tif")]);
    expect(notes.slice(1)).toEqual([["y.tif", equalTo("x.tif")]]);
    expect(await notesOf()).toEqual([]);
    expect(await dataset.listImageIds()).toHaveLength(5);
  });
});
