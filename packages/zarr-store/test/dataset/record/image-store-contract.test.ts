import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "vitest";
import { createNdArray, memoryStore, type ZarrDataset, type ZarrImageRecord } from "../../../src/index.ts";
import { openLocalDataset } from "../../../src/node/index.ts";
import {
  type ArtifactStoreUnderTest,
  testArtifactStoreContract,
  testPixelStoreContract,
} from "../../../src/testing/index.ts";

const framework = { describe, it };
const PIXELS = createNdArray("uint8", [2, 2]);

async function artifactsIn(
  open: () => Promise<ZarrDataset>,
): Promise<Omit<ArtifactStoreUnderTest, "dispose">> {
  await (await open()).addImage(PIXELS, { id: "image_1" });
  const record = async (): Promise<ZarrImageRecord> => (await open()).record("image_1");
  return {
    store: (await record()).asArtifactStore(),
    reopen: async () => (await record()).asArtifactStore(),
    fingerprint: async () => JSON.stringify([...(await (await record()).objectHashes())]),
  };
}

testArtifactStoreContract(framework, "a record in memory", () => {
  const store = memoryStore();
  return artifactsIn(() => openLocalDataset(store));
});

testArtifactStoreContract(framework, "a record in a folder", async () => {
  const root = await mkdtemp(join(tmpdir(), "kym-artifacts-"));
  const opened = await artifactsIn(() => openLocalDataset(join(root, "study.zarr")));
  return { ...opened, dispose: () => rm(root, { recursive: true }) };
});

testPixelStoreContract(framework, "a record in memory", async (array, axes) => {
  const record = await (await openLocalDataset(memoryStore())).addImage(array, { axes });
  return { store: record.asPixelStore() };
});

testPixelStoreContract(framework, "a record in a folder", async (array, axes) => {
  const root = await mkdtemp(join(tmpdir(), "kym-pixels-"));
  const record = await (await openLocalDataset(join(root, "study.zarr"))).addImage(array, { axes });
  return { store: record.asPixelStore(), dispose: () => rm(root, { recursive: true }) };
});
