import { summarizeMetadata } from "@kym/kym-schema";
import { memoryStore, openDataset, rowsOf, type ZarrDataset } from "@kym/zarr-store";
import { beforeEach, expect, test } from "vitest";
import {
  buildDatasetViewTable,
  KymDataset,
  radonIndexer,
  summarizeRecord,
  summarizeRecords,
  velocityEventIndexer,
} from "../../src/index.ts";
import { countReads } from "../support/counting-store.ts";
import {
  addAnalysedImage,
  addImage,
  rectEnvelope,
  saveAnalysis,
  saveRois,
  saveTraces,
} from "../support/image-fixture.ts";

const NS = 1771700000123456789n;

let dataset: ZarrDataset;
const counting = { current: countReads(memoryStore()) };

beforeEach(async () => {
  counting.current = countReads(memoryStore());
  dataset = await openDataset(counting.current.store, { summarize: summarizeMetadata });
  const late = await addAnalysedImage(dataset, "late", 1);
  await saveAnalysis(late, [rectEnvelope(1, 0, 4)], { um_per_px: 0.5, seconds_per_line: 0.001 });
  await saveTraces(late, { 1: [1, 2] });
  await saveRois(late, [rectEnvelope(1, 0, 4)], {
    header: {
      acquired_local_epoch_ns: NS,
      voxels: [0.001, 0.5],
      voxels_units: ["s", "um"],
    },
  });
  const early = await addImage(dataset, "soon");
  await saveRois(early, [rectEnvelope(1, 0, 4)], {
    header: { acquired_local_epoch_ns: NS - 1n },
    accepted: false,
  });
  await addImage(dataset, "nothing");
  const kym = new KymDataset(dataset);
  await kym.updateIndex(velocityEventIndexer);
  await kym.updateIndex(radonIndexer);
});

test("one row an image, by the exact time, those without one last", async () => {
  const rows = [...rowsOf(await buildDatasetViewTable(dataset))];
  expect(rows.map((row) => [row["image_id"], row["acquired_local_epoch_ns"]])).toEqual([
    ["soon", NS - 1n],
    ["late", NS],
    ["nothing", null],
  ]);
  expect(rows[1]).toMatchObject({
    shape: "6x4",
    dtype: "uint16",
    axes: "t,x",
    um_per_px: 0.5,
    seconds_per_line: 0.001,
    n_rois: 1n,
    treatment: "28d AngII",
    accepted: true,
    n_rows_kym_velocity_events: 1n,
    n_rows_kym_radon: 1n,
    staleness_kym_radon: "fresh",
    analysis_state_kym_radon: "current",
  });
  expect(rows[0]).toMatchObject({
    accepted: false,
    n_rows_kym_radon: 0n,
    staleness_kym_radon: "not_analysed",
    analysis_state_kym_radon: null,
  });
});

test("says what is stale by its hash, and what would have to be read", async () => {
  await saveTraces(dataset.record("late"), { 1: [5] });
  await dataset.record("late").saveJson("velocity_events/params", { threshold: 0.9 });
  const late = [...rowsOf(await buildDatasetViewTable(dataset))].find((row) => row["image_id"] === "late");
  expect(late).toMatchObject({
    staleness_kym_radon: "stale",
    staleness_kym_velocity_events: "unknown",
  });
});

test("reads the manifest and the tables, and no record", async () => {
  await dataset.updateManifest();
  const reader = await openDataset(counting.current.store, { mode: "r" });
  counting.current.takeReads();
  await buildDatasetViewTable(reader);
  expect(counting.current.takeReads().filter((key) => key.startsWith("images/"))).toEqual([]);
});

test("summarizeRecord: the same facts of one image, without its pixels", async () => {
  counting.current.takeReads();
  expect(await summarizeRecord(dataset.record("late"))).toMatchObject({
    imageId: "late",
    acquiredLocalEpochNs: NS,
    shape: [6, 4],
    axes: ["t", "x"],
    nRois: 1,
    accepted: true,
    hasMetadata: true,
  });
  expect(counting.current.takeReads().filter((key) => key.includes("/data/c"))).toEqual([]);
  expect(await summarizeRecord(dataset.record("nothing"))).toMatchObject({
    acquiredLocalEpochNs: null,
    nRois: null,
    hasMetadata: false,
  });
  await expect(summarizeRecord(dataset.record("nobody"))).rejects.toMatchObject({ code: "not_found" });
});

test("summarizeRecords: what summarizeRecord says of each image, sorted by id, and no record is read", async () => {
  await dataset.appendSources([
    {
      source_primary_path: "/lab/day 1/late.tif",
      image_id: "late",
      source_mtime_ns: 1n,
      source_size_bytes: 2n,
      ingested_epoch_ns: 3n,
      source_sha256: null,
      source_rel_path: "day 1/late.tif",
    },
  ]);
  await dataset.updateManifest();
  const reader = await openDataset(counting.current.store, { mode: "r" });
  counting.current.takeReads();
  const listed = await summarizeRecords(reader);
  expect(counting.current.takeReads().filter((key) => key.startsWith("images/"))).toEqual([]);
  const ids = listed.map(({ imageId }) => imageId);
  expect(ids).toEqual(await dataset.listImageIds());
  const alone = await Promise.all(ids.map((id) => summarizeRecord(dataset.record(id))));
  expect(listed).toMatchObject(alone);
  expect(listed.map(({ imageId, relPath }) => [imageId, relPath])).toEqual([
    ["late", "day 1/late.tif"],
    ["nothing", null],
    ["soon", null],
  ]);
});
