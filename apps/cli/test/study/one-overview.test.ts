// Tests that one image is described as the list of all describes it, though no other image is looked at.

import { KymDataset } from "@kym/kym-dataset";
import { summarizeMetadata } from "@kym/kym-schema";
import { createNdArray, type KeyValueStore, memoryStore, openDataset } from "@kym/zarr-store";
import { countingStore } from "@kym/zarr-store/testing";
import { expect, test } from "vitest";
import { imageOverview, imageOverviews, imagesByName } from "../../src/study/image-overview.ts";
import { indexersOf } from "../../src/study/indexers.ts";

const IMAGES = 12;

async function makeStudy(count = IMAGES): Promise<KeyValueStore> {
  const store = memoryStore();
  await using dataset = await openDataset(store, { summarize: summarizeMetadata });
  for (let index = 0; index < count; index++) {
    const options = index % 2 === 0 ? { axes: ["t", "x"] } : {};
    const record = await dataset.addImage(createNdArray("uint16", [4, index + 1]), {
      id: `image-${String(index).padStart(2, "0")}`,
      ...options,
    });
    if (index % 3 === 0) {
      await record.saveMetadataPayload({ version: "2.0", rois: [], accepted: index % 2 === 0 });
      await record.saveJson("velocity_events/params", { index });
    }
  }
  await dataset.updateManifest();
  return store;
}

test("each image alone is described as in the list of all", async () => {
  await using dataset = await openDataset(await makeStudy(), { mode: "r" });
  const named = await imagesByName(dataset);
  const all = await imageOverviews(dataset);
  expect(named).toEqual(all.map(({ image_id, rel_path }) => ({ image_id, rel_path })));
  for (const [index, one] of named.entries()) {
    expect(await imageOverview(dataset, one)).toEqual(all[index]);
  }
});

test("an image whose array metadata are damaged is described as in the list", async () => {
  const store = await makeStudy();
  const path = "images/image-05/data/zarr.json";
  const writer = store as KeyValueStore & { put(key: string, bytes: Uint8Array): Promise<unknown> };
  await writer.put(path, new TextEncoder().encode("{"));
  await using dataset = await openDataset(store, { mode: "r" });
  const all = await imageOverviews(dataset);
  const found = await imageOverview(dataset, { image_id: "image-05", rel_path: null });
  expect(found).toEqual(all.find((image) => image.image_id === "image-05"));
});

test("an image that is not there is an error that says so", async () => {
  await using dataset = await openDataset(await makeStudy(), { mode: "r" });
  await expect(imageOverview(dataset, { image_id: "nope", rel_path: null })).rejects.toMatchObject({
    code: "not_found",
  });
});

test("finding one image takes as many calls of the store, however many others there are", async () => {
  const callsAmong = async (count: number): Promise<number> => {
    const { store, take } = countingStore(await makeStudy(count));
    await using dataset = await openDataset(store, { mode: "r" });
    take();
    await imageOverview(dataset, (await imagesByName(dataset))[3] ?? { image_id: "", rel_path: null });
    return take().calls;
  };
  expect(await callsAmong(30)).toBe(await callsAmong(6));
});

test("the tables of one image are those that all images have, or its own results would make", async () => {
  await using dataset = await openDataset(await makeStudy(), { mode: "a", summarize: summarizeMetadata });
  const kym = new KymDataset(dataset);
  const names = async (id?: string): Promise<readonly string[]> =>
    (await indexersOf(kym.dataset, id)).map(({ name }) => name);
  expect(await names("image-00")).toEqual(await names());
});
