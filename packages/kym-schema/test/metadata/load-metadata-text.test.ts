import { createNdArray, jsonText, memoryStore, openDataset, type ZarrImageRecord } from "@kym/zarr-store";
import { expect, test } from "vitest";
import { ARTIFACTS, loadMetadataText } from "../../src/index.ts";

async function imageWith(metadata: string | undefined): Promise<ZarrImageRecord> {
  const dataset = await openDataset(memoryStore());
  const image = await dataset.addImage(createNdArray("uint8", [2, 2]), { id: "cell" });
  if (metadata !== undefined) {
    await image.json.saveBytes(ARTIFACTS.metadata, new TextEncoder().encode(metadata));
  }
  return image;
}

test("the metadata of a record and of its artifact store are loaded as they are stored", async () => {
  const image = await imageWith('{ "accepted": false, "gain": 1.50 }');
  expect(await loadMetadataText(image)).toBe('{ "accepted": false, "gain": 1.50 }');
  expect(await loadMetadataText(image.asArtifactStore())).toBe('{ "accepted": false, "gain": 1.50 }');
});

test("an image without metadata has no text, and one that does not exist has none either", async () => {
  expect(await loadMetadataText(await imageWith(undefined))).toBeUndefined();
  const dataset = await openDataset(memoryStore());
  expect(await loadMetadataText(dataset.record("nobody"))).toBeUndefined();
});

test("metadata that are not JSON are an error, or no text for a caller that says so", async () => {
  // As a store whose file is damaged.
  const broken = { loadJsonText: async () => jsonText("{ not JSON") };
  await expect(loadMetadataText(broken)).rejects.toMatchObject({ code: "invalid_file" });
  expect(await loadMetadataText(broken, { ifUnreadable: "none" })).toBeUndefined();
});

test("an aborted load of metadata is an error, whatever the caller takes for none", async () => {
  const image = await imageWith("{}");
  const options = { signal: AbortSignal.abort(), ifUnreadable: "none" } as const;
  await expect(loadMetadataText(image, options)).rejects.toMatchObject({ code: "aborted" });
});
