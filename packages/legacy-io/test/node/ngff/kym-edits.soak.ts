// Images that were exported to OME-Zarr and come back, with edits by other programs in between.
import { readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { editMetadata } from "@kym/kym-schema";
import { jsonText, memoryStore, openDataset, type ZarrDataset, type ZarrImageRecord } from "@kym/zarr-store";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { exportLegacyFolder, ingestLegacyFolder } from "../../../src/node/index.ts";
import { acqstoreJson, analysis, rectRoi } from "../../support/acqstore-files.ts";
import { counted, storedImage } from "../../support/zarr-image-files.ts";
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

async function metadataOf(record: ZarrImageRecord): ReturnType<typeof record.loadJson> {
  return Object(await record.loadJson("metadata"));
}

async function edit(path: string, change: (text: string) => string): Promise<void> {
  const file = join(out, path);
  await writeFile(file, change(await readFile(file, "utf8")));
}

describe.each(["ome-zarr", "acqstore"] as const)("an export for %s", (format) => {
  it("comes back with other pixels, which are named, under the same id", async () => {
    await exportLegacyFolder(dataset, out, { format });
    const group = format === "acqstore" ? "b.cs.ome.zarr" : "1";
    await edit(`${group}/0/zarr.json`, (text) =>
      text.replace(
        /"codecs": \[[\s\S]*?\n {2}\]/,
        '"codecs": [{"name":"bytes","configuration":{"endian":"little"}}]',
      ),
    );
    await writeFile(join(out, group, "0/c/0/0"), counted(12, 70));
    const copy = await openDataset(memoryStore());
    const { failed, notes } = await ingestLegacyFolder(copy, out);
    expect(failed).toEqual([]);
    expect(notes.map(({ imageId, reason }) => [imageId, reason])).toEqual([
      ["image_2", "changed since the export: its pixels are others: taken"],
    ]);
    expect((await copy.record("image_2").loadArray()).data[0]).toBe(70);
    expect(await metadataOf(copy.record("image_2"))).toEqual(await metadataOf(dataset.record("image_2")));
    expect((await ingestLegacyFolder(dataset, out)).updated).toMatchObject([{ imageId: "image_2" }]);
    expect((await dataset.record("image_2").loadArray()).data[0]).toBe(70);
    expect((await ingestLegacyFolder(dataset, out)).unchanged).toHaveLength(2);
  });

  it("comes back with another step, which is named", async () => {
    await exportLegacyFolder(dataset, out, { format });
    const group = format === "acqstore" ? "a.cs.ome.zarr" : "0";
    await edit(`${group}/zarr.json`, (text) => text.replace(/("scale": \[\s*)0\.002,/, "$10.004,"));
    const copy = await openDataset(memoryStore());
    const { notes } = await ingestLegacyFolder(copy, out);
    expect(notes.map(({ reason }) => reason)).toEqual([
      "changed since the export: zarr.json: taken: 0.002 → 0.004 s per line",
    ]);
    expect(Object(await metadataOf(copy.record("image_1"))).header.voxels).toEqual([0.004, 0.5]);
    expect((await copy.record("image_1").openArray()).attributes).not.toEqual(
      (await dataset.record("image_1").openArray()).attributes,
    );
  });
});

describe("an export for acqstore", () => {
  it("comes back with ROIs, experiment and analyses that acqstore changed, field by field", async () => {
    await exportLegacyFolder(dataset, out, { format: "acqstore" });
    await edit("b.cs.ome.zarr/acqstore/acq_image.json", (text) => {
      const document = JSON.parse(text);
      document.rois[1].name = "by hand";
      document.rois.push(rectRoi(7, [0, 2], [0, 2]));
      document.experiment_metadata.genotype = "wt";
      document.analysis.push(analysis("event", 1, { events: [], version: 2 }));
      return JSON.stringify(document);
    });
    const copy = await openDataset(memoryStore());
    const { notes } = await ingestLegacyFolder(copy, out);
    const told = notes.map(({ reason }) => reason).join("\n");
    expect(told).toContain("acqstore/acq_image.json: taken: genotype, ROI 2, ROI 7");
    expect(told).toContain("acqstore/velocity_events");
    const [before, after] = [
      Object(await metadataOf(dataset.record("image_2"))),
      Object(await metadataOf(copy.record("image_2"))),
    ];
    expect(after.rois[0]).toEqual(before.rois[0]);
    expect(after.rois.map((roi: object) => Object(roi).name)).toEqual(["r1", "by hand", "r7"]);
    expect(after.experiment_metadata).toEqual({ ...before.experiment_metadata, genotype: "wt" });
    expect((await ingestLegacyFolder(copy, out)).unchanged).toHaveLength(2);
  });

  it("leaves what the dataset changed as well, and says so", async () => {
    await exportLegacyFolder(dataset, out, { format: "acqstore" });
    await edit("a.cs.ome.zarr/acqstore/acq_image.json", (text) =>
      text
        .replace('"genotype": ""', '"genotype": "wt"')
        .replace('"condition": "Saline"', '"condition": "theirs"'),
    );
    const record = dataset.record("image_1");
    const { text } = await record.loadJsonText("metadata");
    await record.saveJson("metadata", jsonText(editMetadata(text, { experiment: { condition: "ours" } })));
    const { conflicts, unchanged } = await ingestLegacyFolder(dataset, out);
    expect([conflicts.length, unchanged.length]).toEqual([1, 1]);
    expect(conflicts[0]?.reason).toContain("experiment_metadata.condition");
    expect(Object(await metadataOf(record)).experiment_metadata).toMatchObject({
      ...{ condition: "ours", genotype: "wt" },
    });
  });

  it("fails alone where a file of kym/ was changed, and for another version of it", async () => {
    await exportLegacyFolder(dataset, out, { format: "acqstore" });
    await edit("a.cs.ome.zarr/kym/metadata.json", () => "{}");
    await edit("b.cs.ome.zarr/kym/export.json", (text) =>
      text.replace('"format_version": 1', '"format_version": 9'),
    );
    const copy = await openDataset(memoryStore());
    const { ingested, failed } = await ingestLegacyFolder(copy, out);
    expect(ingested).toEqual([]);
    expect(failed.map(({ reason }) => reason)).toEqual([
      "kym/metadata.json was changed since it was exported",
      "kym/export.json has version 9; only version 1 can be read",
    ]);
    await rename(join(out, "a.cs.ome.zarr/kym"), join(out, "a.cs.ome.zarr/old"));
    expect((await ingestLegacyFolder(copy, out)).ingested).toHaveLength(1);
  });
});
