import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { deflateSync } from "node:zlib";
import { memoryStore, openDataset, type ZarrDataset } from "@kym/zarr-store";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ingestLegacyFile, ingestLegacyFolder, refreshFromFolder } from "../../../src/node/index.ts";
import { buildTiff, greyTags, short } from "../../tiff/tiff-fixture.ts";
import { makeLabFolder, tinyTiff } from "../lab-folder.ts";

/** 200 × 200 zeros in a file that is much smaller, so that they need memory beyond its size. */
function deflatedTiff(): Uint8Array {
  const strip = new Uint8Array(deflateSync(new Uint8Array(200 * 200)));
  return buildTiff([{ tags: greyTags(200, 200, 8, [short(259, 8)]), segments: [strip] }]);
}

const NO_MEMORY = { limits: { maxMemoryBytes: 1 } };
const NO_TIME = { limits: { maxDecodeMs: 1e-6 } };

describe("the limits of a TIFF", () => {
  let dataset: ZarrDataset;
  let folder = "";
  beforeEach(async () => {
    dataset = await openDataset(memoryStore());
    folder = await makeLabFolder({ "a.tif": tinyTiff(1) });
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it.each([
    [NO_MEMORY, /limit maxMemoryBytes of 1 /],
    [NO_TIME, /limit maxDecodeMs of 0\.000001 ms/],
  ])("are those of the caller: with %j a folder's file fails, with its reason", async (options, reason) => {
    await writeFile(join(folder, "a.tif"), deflatedTiff());
    const strict = await ingestLegacyFolder(dataset, folder, options);
    expect(strict).toMatchObject({
      ingested: [],
      failed: [{ path: "a.tif", reason: expect.stringMatching(reason) }],
    });
    const lenient = await ingestLegacyFolder(dataset, folder, { limits: { maxDecodeMs: 60_000 } });
    expect(lenient).toMatchObject({ ingested: [{ path: "a.tif" }], failed: [] });
  });

  it("are those of the caller for one file", async () => {
    const path = join(folder, "a.tif");
    await expect(ingestLegacyFile(dataset, path, NO_TIME)).rejects.toMatchObject({ code: "not_supported" });
    expect(await dataset.listImageIds()).toEqual([]);
    await ingestLegacyFile(dataset, path);
    expect(await dataset.listImageIds()).toHaveLength(1);
  });

  it("hold for a file that is refreshed, and not for one that is left alone", async () => {
    await ingestLegacyFolder(dataset, folder);
    expect(await refreshFromFolder(dataset, folder, NO_TIME)).toMatchObject({ failed: [], unchanged: [{}] });
    await writeFile(join(folder, "a.tif"), tinyTiff(2));
    const mode = "reingest_if_changed";
    expect(await refreshFromFolder(dataset, folder, { ...NO_TIME, mode })).toMatchObject({
      failed: [{ path: "a.tif", reason: expect.stringContaining("maxDecodeMs") }],
      ingested: [],
    });
    expect(await refreshFromFolder(dataset, folder, { mode })).toMatchObject({ failed: [], ingested: [{}] });
  });
});
