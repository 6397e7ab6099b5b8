import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { memoryStore, openDataset } from "@kym/zarr-store";
import { openLocalDataset } from "@kym/zarr-store/node";
import { describe, expect, it } from "vitest";
import { findSharedData } from "../../../../../../test/support/find-shared-data.ts";
import { exportLegacyFolder } from "../../../../src/node/index.ts";
import { exportedImages, restoreImage } from "./restore-kym.ts";

const python = findSharedData("python_v1/dataset.zarr");

describe.skipIf(python === undefined)("a dataset of the Python system", () => {
  it("goes out as Zarr v3, and each image comes back with its pixels, tables and arrays", async () => {
    const work = await mkdtemp(join(tmpdir(), "kym-python-"));
    try {
      const dataset = await openLocalDataset(python ?? "", { mode: "r" });
      await exportLegacyFolder(dataset, join(work, "out"), { format: "ome-zarr", durability: "none" });
      const copy = await openDataset(memoryStore());
      const exported = await exportedImages(join(work, "out"));
      for (const image of exported) {
        const { imageId, pixels } = image.manifest;
        expect(await restoreImage(copy, image)).toEqual([]);
        expect([imageId, pixels.encodedAnew]).toEqual([imageId, true]);
        const [before, after] = [dataset.record(imageId), copy.record(imageId)];
        expect(await after.loadArray()).toEqual(await before.loadArray());
        expect(await after.getAxes()).toEqual(await before.getAxes());
        expect(await after.listAnalysisKeys()).toEqual(await before.listAnalysisKeys());
        for (const name of await before.listArrayArtifacts()) {
          expect(await after.loadArrayArtifact(name)).toEqual(await before.loadArrayArtifact(name));
        }
      }
      expect(exported).toHaveLength((await dataset.listImageIds()).length);
    } finally {
      await rm(work, { recursive: true, force: true });
    }
  });
});
