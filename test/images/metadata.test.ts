// Compares the metadata that `AcqImage` edits beside a TIFF with those that an ingest reads.

import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AcqImage, AcqImageList } from "@kym/kym-dataset";
import { calibrationOf, parseMetadata } from "@kym/kym-schema";
import { parseClassicJson } from "@kym/legacy-io";
import { ingestLegacyFile, openFolder, openTiff } from "@kym/legacy-io/node";
import { writeImageJTiff } from "@kym/legacy-io/tiff";
import { createNdArray, memoryStore, openDataset, rowsOf } from "@kym/zarr-store";
import { afterAll, beforeAll, expect, test } from "vitest";

const SHARED = join(import.meta.dirname, "../../../shared/data/kymographs");
const onData = test.runIf(existsSync(SHARED) || process.env["CI"] !== undefined);

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "kym-metadata-"));
});
afterAll(() => rm(folder, { recursive: true }));

onData("header and classic JSON are one: facts of the microscope, edits of people", async () => {
  const image = AcqImage.from(await openTiff(join(SHARED, "Capillary1_0001.tif")));
  const { header, experiment, rois, accepted, problems, extra } = await image.metadata();
  expect(problems).toEqual([]);
  // From Capillary1_0001.txt: 11/02/2022 12:30:15.461 PM, and 35 100 ms of 30 000 lines.
  expect(header.acquiredLocalEpochNs).toBe(BigInt(Date.UTC(2022, 10, 2, 12, 30, 15, 461)) * 1_000_000n);
  expect(header.secondsPerLineExact).toBe(0.00117);
  expect(extra).toHaveProperty("olympus_header");
  // From Capillary1_0001.json.
  expect(calibrationOf(header)).toEqual({ secondsPerLine: 0.0011699666666666665, umPerPx: 0.284 });
  expect(experiment).toMatchObject({ sex: "Xxxy", genotype: "yyy" });
  expect(rois.map(({ id, note }) => [id, note])).toEqual([
    [1, "Full Image"],
    [2, "Center Region"],
    [3, "Left Region"],
  ]);
  expect(accepted).toBe(true);
  expect((await image.roiStats(1)).mean).toBeCloseTo(209.7716701754386, 9);
});

onData("classic JSON reads the same here as where files are taken in", async () => {
  for (const name of ["Capillary1_0001.json", "28d AngII/20250722/20250722_A89_0002.json"]) {
    const text = await readFile(join(SHARED, name), "utf8");
    const [classic, metadata] = [parseClassicJson(text), parseMetadata(text)];
    expect(metadata.rois).toEqual(classic.rois);
    expect(metadata.version).toBe(classic.version);
    expect(metadata.header.voxels).toEqual(classic.header?.voxels);
    expect(metadata.accepted).toBe(classic.accepted ?? true);
  }
});

onData("a lab's folder and what was taken in from it say the same metadata", async () => {
  for (const source of await AcqImageList.from(openFolder(SHARED)).images()) {
    const dataset = await openDataset(memoryStore());
    const { imageId } = await ingestLegacyFile(dataset, source.sourceKey);
    const taken = await AcqImageList.from(dataset.openImages()).get(imageId);
    const { rois, header, experiment } = (await taken?.metadata()) ?? {};
    const there = await source.metadata();
    expect([rois, experiment]).toEqual([there.rois, there.experiment]);
    // For an image without sidecars, an ingest notes the shape, in steps of 1 px.
    expect(header).toEqual(there.header.shape === undefined ? header : there.header);
    expect(await taken?.describe()).toEqual(await source.describe());
  }
});

test("what AcqImage edits beside a TIFF is what an ingest takes in", async () => {
  const path = join(folder, "a.tif");
  await writeFile(path, writeImageJTiff(createNdArray("uint16", [4, 3])));
  await writeFile(
    join(folder, "a.json"),
    '{"version": "1.0", "rois": [], "experiment_metadata": {"note": "old"}}',
  );
  await writeFile(join(folder, "a.events.csv"), "n\n1\n");
  const image = AcqImage.from(await openTiff(path));
  await image.artifactStore.saveTable("events", [{ n: 2 }], {
    schema: { columns: [{ name: "n", type: "float64" }] },
  });
  await image.addRoi({ name: "vessel" });
  await image.materializeRectRoiMask(1);
  await image.editMetadata({ experiment: { note: "new" }, accepted: false });
  const dataset = await openDataset(memoryStore());
  const { imageId } = await ingestLegacyFile(dataset, path);
  const taken = await AcqImageList.from(dataset.openImages()).get(imageId);
  expect((await taken?.rois())?.toEnvelopes()).toEqual((await image.rois()).toEnvelopes());
  expect(await taken?.metadata()).toMatchObject({ accepted: false, experiment: { note: "new" } });
  expect(await taken?.getRoiMask(1)).toEqual(await image.getRoiMask(1));
  expect(await dataset.record(imageId).listArrayArtifacts()).toEqual(["roi_mask_1"]);
  expect([...rowsOf(await dataset.record(imageId).loadParquet("events"))]).toEqual([{ n: 2 }]);
});
