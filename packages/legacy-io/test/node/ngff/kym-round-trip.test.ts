// Images that were exported to OME-Zarr and come back.
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { memoryStore, openDataset, type ZarrDataset } from "@kym/zarr-store";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { exportLegacyFolder, ingestLegacyFolder } from "../../../src/node/index.ts";
import { acqstoreJson, analysis, rectRoi } from "../../support/acqstore-files.ts";
import { storedImage } from "../../support/zarr-image-files.ts";
import { makeLabFolder, tinyTiff } from "../lab-folder.ts";

let dataset: ZarrDataset;
let lab = "";
let out = "";
beforeEach(async () => {
  lab = await makeLabFolder({
    ...storedImage("lab/a.cs.ome.zarr"),
    "lab/b.tif": tinyTiff(1),
    "lab/b.tif.json": acqstoreJson({
      rois: [rectRoi(1, [0, 4], [0, 3]), rectRoi(2, [1, 3], [0, 2])],
      analysis: [analysis("heart_rate", 1)],
    }),
  });
  out = join(lab, "out");
  dataset = await openDataset(memoryStore());
  await ingestLegacyFolder(dataset, join(lab, "lab"), { newId: idsInOrder() });
});
afterEach(() => rm(lab, { recursive: true, force: true }));

function idsInOrder(): () => string {
  let count = 0;
  return () => `image_${++count}`;
}

async function differing(copy: ZarrDataset, id: string): Promise<readonly string[]> {
  const [was, is] = [await dataset.record(id).objectHashes(), await copy.record(id).objectHashes()];
  return [...new Set([...was.keys(), ...is.keys()])].filter((key) => was.get(key) !== is.get(key)).sort();
}

describe.each(["ome-zarr", "acqstore"] as const)("an export for %s", (format) => {
  it("gives the same images again, object by object, and changes nothing where they are", async () => {
    await exportLegacyFolder(dataset, out, { format });
    const copy = await openDataset(memoryStore());
    expect((await ingestLegacyFolder(copy, out, { dryRun: true })).ingested).toHaveLength(2);
    expect(await copy.listImageIds()).toEqual([]);
    const { ingested, failed, notes } = await ingestLegacyFolder(copy, out);
    expect([ingested.length, failed, notes]).toEqual([2, [], []]);
    expect(await copy.listImageIds()).toEqual(["image_1", "image_2"]);
    for (const id of ["image_1", "image_2"]) {
      // Its paths of this machine became relative.
      expect(await differing(copy, id)).toEqual(["analysis/provenance.json"]);
    }
    expect((await ingestLegacyFolder(copy, out)).unchanged).toHaveLength(2);
    expect((await ingestLegacyFolder(dataset, out)).unchanged).toHaveLength(2);
  });

  it("comes in by shards, each image once, and what was deleted since stays away until it is asked for", async () => {
    await exportLegacyFolder(dataset, out, { format });
    const copy = await openDataset(memoryStore());
    const shards = [];
    for (const index of [0, 1, 2]) {
      shards.push(await ingestLegacyFolder(copy, out, { shard: { index, count: 3 } }));
    }
    expect(shards.map(({ shard }) => shard?.foundInFolder)).toEqual([2, 2, 2]);
    expect(shards.flatMap(({ ingested }) => ingested)).toHaveLength(2);
    expect(shards.flatMap(({ unchanged }) => unchanged)).toEqual([]);
    expect(await copy.listImageIds()).toEqual(["image_1", "image_2"]);
    await copy.deleteImage("image_2");
    const { ingested, skipped, unchanged } = await ingestLegacyFolder(copy, out);
    expect([ingested, unchanged.length]).toEqual([[], 1]);
    expect(skipped).toMatchObject([{ imageId: "image_2", reason: "its image was deleted from the dataset" }]);
    await ingestLegacyFolder(copy, out, { returnDeleted: true });
    expect(await copy.listImageIds()).toEqual(["image_1", "image_2"]);
  });

  it("counts as OME-Zarr images beside a TIFF, and not as TIFFs", async () => {
    await exportLegacyFolder(dataset, join(lab, "lab/out.zarr"), { format });
    // A lab that moves the images elsewhere leaves it behind. With it, the export is known as kym's own and is not searched.
    await rm(join(lab, "lab/out.zarr/.kym-export.json"));
    const { counts } = await ingestLegacyFolder(dataset, join(lab, "lab"));
    // The image of acqstore, and the two of the export.
    expect(counts).toMatchObject({ tiffs: 1, omeZarrs: 3 });
  });
});
