import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { memoryStore, type NdArray, openDataset, rowsOf, type ZarrDataset } from "@kym/zarr-store";
import { afterEach, beforeEach, expect, it } from "vitest";
import { writeNpy } from "../../src/index.ts";
import { exportLegacyFolder, ingestLegacyFolder } from "../../src/node/index.ts";
import { CLASSIC_JSON, makeLabFolder, tinyTiff } from "./lab-folder.ts";

// Requirements for import and export that no other test shows.

const STACK: NdArray<"uint16"> = {
  dtype: "uint16",
  shape: [2, 3, 4],
  data: Uint16Array.from({ length: 24 }, (_, index) => index),
};

let folder = "";
let dataset: ZarrDataset;
beforeEach(async () => {
  folder = await makeLabFolder({
    "s.tif": tinyTiff(1),
    "s.metadata.json": '{"version": "1.0", "header": {"acquired_local_epoch_ns": 123}}',
    "s.radon_report.csv": "roi_id,vel_mean\n1,0.5\n",
    "s.mask.npy": writeNpy(STACK),
  });
  dataset = await openDataset(memoryStore());
  await ingestLegacyFolder(dataset, folder);
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function onlyRecord(of: ZarrDataset): Promise<ReturnType<ZarrDataset["record"]>> {
  const [id = "there is none"] = await of.listImageIds();
  return of.record(id);
}

it("§10: a TIFF, its metadata and a CSV come in: the time, one row, provenance, one row of sources", async () => {
  const record = await onlyRecord(dataset);
  expect(await record.loadMetadataPayload()).toMatchObject({ header: { acquired_local_epoch_ns: 123 } });
  expect([...rowsOf(await record.loadParquet("radon_report"))]).toEqual([{ roi_id: 1n, vel_mean: 0.5 }]);
  expect(await record.loadJson("provenance")).toMatchObject({ source_primary_path: join(folder, "s.tif") });
  expect(await dataset.loadSourcesIndex()).toMatchObject([
    { source_primary_path: join(folder, "s.tif"), image_id: record.id },
  ]);
});

it("ticket 13: a sidecar <image>.<artifact>.npy is an array artifact", async () => {
  const record = await onlyRecord(dataset);
  expect(await record.listArrayArtifacts()).toEqual(["mask"]);
  expect(await record.loadArrayArtifact("mask")).toEqual(STACK);
});

it("ticket 13; §10: an export has the TIFF, JSON, CSV, arrays below array_artifacts (NPY, and TIFF for Fiji), and the pooled tables", async () => {
  const out = join(folder, "out");
  const { id } = await onlyRecord(dataset);
  await exportLegacyFolder(dataset, out);
  const entries = await readdir(out, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name));
  expect(files.map((file) => file.slice(out.length + 1)).sort()).toEqual([
    "export.json",
    `images/${id}/array_artifacts/mask.npy`,
    `images/${id}/array_artifacts/mask.tif`,
    `images/${id}/image.tif`,
    `images/${id}/metadata.json`,
    `images/${id}/provenance.json`,
    `images/${id}/radon_report.csv`,
    "tables/sources.csv",
  ]);
  const copy = await openDataset(memoryStore());
  await ingestLegacyFolder(copy, out);
  expect(await (await onlyRecord(copy)).loadArrayArtifact("mask")).toEqual(STACK);
});

it("§10: metadata under the artifact's name win over the classic JSON, which is kept, and the header's facts are filled in", async () => {
  const other = await makeLabFolder({
    "s.tif": tinyTiff(1),
    "s.json": CLASSIC_JSON,
    "s.metadata.json": '{"rois": [], "experiment_metadata": {"note": "mine"}}',
  });
  try {
    const target = await openDataset(memoryStore());
    await ingestLegacyFolder(target, other);
    const record = await onlyRecord(target);
    expect(await record.loadMetadataPayload()).toMatchObject({
      rois: [],
      experiment_metadata: { note: "mine" },
      header: { voxels: [0.001, 0.5], voxels_units: ["s", "um"] },
      accepted: false,
    });
    expect(await record.listAttachments()).toEqual(["s.json"]);
  } finally {
    await rm(other, { recursive: true });
  }
});
