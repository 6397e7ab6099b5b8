import { createNdArray, type Row, rowsOf } from "@kym/zarr-store";
import { expect, test } from "vitest";
import { KymDataset, loadAnalyses, loadUsersAdded, paramsHash, radonIndexer } from "../../../src/index.ts";
import { countUsersAdded } from "../../../src/indexers/events/users-added.ts";
import {
  addImage,
  EVENT_SCHEMA,
  emptyDataset,
  eventRow,
  PIXELS_SHA256,
  rectEnvelope,
  saveAnalysis,
  saveProvenance,
  saveRois,
  saveTraces,
} from "../../support/image-fixture.ts";

const INCREMENTAL = { mode: "incremental" } as const;
const TWO_ROIS = [rectEnvelope(1, 0, 6), rectEnvelope(2, 2, 4)];
const TRACES = { 1: [1, 3, null, 0], 2: [-2, -2, 5e6, -2] };

async function indexedStudy(): Promise<KymDataset> {
  const dataset = await emptyDataset();
  for (const id of ["a", "b"]) {
    const record = await addImage(dataset, id);
    await saveAnalysis(record, TWO_ROIS);
    await saveTraces(record, TRACES);
    await saveProvenance(record, `28d AngII/20250722/cell ${id}.ome.tif`);
  }
  const kym = new KymDataset(dataset);
  await kym.updateIndex(radonIndexer);
  return kym;
}

async function radonRows(kym: KymDataset, imageId: string): Promise<readonly Row[]> {
  const rows = [...rowsOf(await kym.dataset.loadTable("kym_radon"))];
  return rows.filter((row) => row["image_id"] === imageId);
}

async function update(kym: KymDataset): Promise<readonly unknown[]> {
  const { reasons } = await kym.updateIndex(radonIndexer, INCREMENTAL);
  return reasons.map(({ imageId, because }) => [imageId, because]);
}

test("one row for each ROI, with the columns of radon_report_db.csv, rel_path and analysis_state", async () => {
  const kym = await indexedStudy();
  const [first, second] = await radonRows(kym, "a");
  expect(first).toEqual({
    roi_id: 1n,
    channel: 1n,
    vel_min: 0,
    vel_max: 3,
    vel_mean: expect.closeTo(4 / 3, 12),
    vel_std: expect.closeTo(Math.sqrt(14 / 9), 12),
    vel_se: expect.closeTo(Math.sqrt(14 / 27), 12),
    vel_cv: expect.closeTo(Math.sqrt(14 / 9) / (4 / 3), 12),
    vel_n_nan: 1n,
    vel_n_zero: 1n,
    vel_n_big: 0n,
    users_added_count: null,
    users_added_dur_sum: null,
    users_added_dur_mean: null,
    img_min: 100n,
    img_max: 121n,
    img_mean: 110.5,
    img_std: expect.closeTo(6.8495741960115, 10),
    file_name: "cell a.ome",
    parent_folder: "20250722",
    grandparent_folder: "28d AngII",
    rel_path: "28d AngII/20250722/cell a.ome.tif",
    accepted: true,
    treatment: "28d AngII",
    condition: "AngII",
    date: null,
    analysis_state: "current",
    software: "lab",
    algorithm: null,
    stall_time_s: 0,
    stalls_per_min: 0,
    longest_stall_s: 0,
    low_quality_share: null,
    image_id: "a",
    analysis_version: "kymflow.radon@0.3",
    params_hash: paramsHash({ 1: { algorithm: "mpRadon", window_size: 16 } }),
  });
  expect(second).toMatchObject({ roi_id: 2n, vel_mean: -2, vel_std: 0, vel_n_nan: 1n, img_min: 108n });
});

test("velocities, times and durations that another program wrote as whole numbers count as they are", async () => {
  const dataset = await emptyDataset();
  const record = await addImage(dataset, "a");
  await saveAnalysis(record, TWO_ROIS);
  const whole = (name: string): { readonly name: string; readonly type: "int64" } => ({
    name,
    type: "int64",
  });
  const velocities = [2n, 0n, 0n, null, 4n];
  await record.saveParquet(
    "radon/velocity",
    velocities.map((velocity, index) => ({ roi_id: 1n, time_s: BigInt(index), velocity_mm_s: velocity })),
    { schema: { columns: ["roi_id", "time_s", "velocity_mm_s"].map(whole) } },
  );
  const events = [
    { roi_id: 1n, t_start_s: 1n, t_end_s: 3n, event_type: "User Added" },
    { roi_id: 1n, t_start_s: 4n, t_end_s: 5n, event_type: "User Added" },
  ];
  await record.saveParquet("velocity_events/events", events, {
    schema: {
      columns: [...["roi_id", "t_start_s", "t_end_s"].map(whole), { name: "event_type", type: "utf8" }],
    },
  });
  const kym = new KymDataset(dataset);
  expect(await kym.updateIndex(radonIndexer)).toMatchObject({ updated: 1, failed: 0 });
  expect(await radonRows(kym, "a")).toMatchObject([
    { vel_min: 0, vel_max: 4, vel_mean: 1.5, vel_n_nan: 1n, vel_n_zero: 2n, users_added_dur_sum: 3 },
  ]);
  const { traces, events: shown } = await kym.loadTraces("a");
  expect([...(traces[0]?.velocityMmPerS ?? [])]).toEqual([2, 0, 0, Number.NaN, 4]);
  expect(shown.map(({ startS, endS }) => [startS, endS])).toEqual([
    [1, 3],
    [4, 5],
  ]);
});

test("a renamed ROI updates nothing", async () => {
  const kym = await indexedStudy();
  const renamed = { ...rectEnvelope(2, 2, 4), name: "artery", note: "looks odd" };
  await saveRois(kym.dataset.record("a"), [rectEnvelope(1, 0, 6), renamed]);
  expect(await update(kym)).toEqual([]);
});

test("a moved ROI updates its image, and says roi_changed for that ROI alone", async () => {
  const kym = await indexedStudy();
  const moved = rectEnvelope(2, 3, 5, { revision: 1 });
  await saveRois(kym.dataset.record("a"), [rectEnvelope(1, 0, 6), moved]);
  expect(await update(kym)).toEqual([["a", "roi_changed"]]);
  expect(await radonRows(kym, "a")).toMatchObject([
    { roi_id: 1n, analysis_state: "current", img_min: 100n },
    { roi_id: 2n, analysis_state: "roi_changed", img_min: 112n },
  ]);
  expect(await radonRows(kym, "b")).toMatchObject([
    { analysis_state: "current" },
    { analysis_state: "current" },
  ]);

  await saveRois(kym.dataset.record("a"), [rectEnvelope(1, 0, 6), rectEnvelope(2, 2, 4, { revision: 2 })]);
  await update(kym);
  expect(await radonRows(kym, "a")).toMatchObject([
    { analysis_state: "current" },
    { analysis_state: "current" },
  ]);
});

test("an edited accepted, treatment or source updates its image", async () => {
  const kym = await indexedStudy();
  await saveRois(kym.dataset.record("a"), TWO_ROIS, { accepted: false });
  expect(await update(kym)).toEqual([["a", "context_changed"]]);
  expect(await radonRows(kym, "a")).toMatchObject([{ accepted: false }, { accepted: false }]);
  await saveProvenance(kym.dataset.record("b"), "elsewhere/b.tif");
  expect(await update(kym)).toEqual([["b", "context_changed"]]);
  expect(await radonRows(kym, "b")).toMatchObject([{ rel_path: "elsewhere/b.tif", file_name: "b" }, {}]);
});

test("params alone make the params_hash: one params artifact changed is that image updated", async () => {
  const kym = await indexedStudy();
  await kym.dataset.record("b").saveJson("radon/params", { 1: { algorithm: "mpRadon", window_size: 32 } });
  expect(await update(kym)).toEqual([["b", "params_changed"]]);
  expect(await update(kym)).toEqual([]);
});

test("the row of a ROI that is no more stays, as roi_changed and without pixel statistics", async () => {
  const kym = await indexedStudy();
  await saveRois(kym.dataset.record("a"), [rectEnvelope(1, 0, 6)]);
  await update(kym);
  expect(await radonRows(kym, "a")).toMatchObject([
    { roi_id: 1n, analysis_state: "current" },
    { roi_id: 2n, analysis_state: "roi_changed", vel_mean: -2, img_min: null, img_mean: null },
  ]);
});

test("where no ROI was ever in the metadata, nothing is known of it; where all were deleted, that is known", async () => {
  const kym = await indexedStudy();
  await saveRois(kym.dataset.record("a"), []);
  await update(kym);
  expect(await radonRows(kym, "a")).toMatchObject([
    { roi_id: 1n, analysis_state: "unknown" },
    { roi_id: 2n, analysis_state: "unknown" },
  ]);
  await saveRois(kym.dataset.record("a"), [], { roi_id_high_water_mark: 2 });
  await update(kym);
  expect(await radonRows(kym, "a")).toMatchObject([
    { roi_id: 1n, analysis_state: "roi_changed" },
    { roi_id: 2n, analysis_state: "roi_changed" },
  ]);
});

test("a polygon's statistics are those of the pixels that it covers, and a moved one updates its image", async () => {
  const kym = await indexedStudy();
  const polygon = (y: readonly number[]): Record<string, unknown> => ({
    ...{ roi_id: 2, roi_type: "polygon", version: "1.0", name: "", note: "", channel: 1, z: 0 },
    ...{ data: { x: [0, 3.5, 0], y }, meta: {} },
  });
  const rois = (y: readonly number[]) => [rectEnvelope(1, 0, 6), polygon(y)];
  await saveRois(kym.dataset.record("a"), rois([1, 1, 4.5]));
  expect(await update(kym)).toEqual([["a", "roi_changed"]]);
  // 104, 105, 106, 108, 109 and 112.
  expect((await radonRows(kym, "a"))[1]).toMatchObject({ img_min: 104n, img_max: 112n, img_mean: 644 / 6 });
  await saveRois(
    kym.dataset.record("a"),
    rois([1, 1, 4.5]).map((roi) => ({ ...roi, name: "renamed" })),
  );
  expect(await update(kym)).toEqual([]);
  await saveRois(kym.dataset.record("a"), rois([2, 2, 5.5]));
  expect(await update(kym)).toEqual([["a", "roi_changed"]]);
  expect((await radonRows(kym, "a"))[1]).toMatchObject({ img_min: 108n, img_max: 116n });
});

test("a ROI's stored statistics stand for its pixels while its revision is that of the analysis", async () => {
  const kym = await indexedStudy();
  const stored = { img_min: 1, img_max: 2, img_mean: 1.5, img_std: 0.5 };
  const record = kym.dataset.record("a");
  await saveAnalysis(record, [rectEnvelope(1, 0, 6, stored), rectEnvelope(2, 2, 4)]);
  await update(kym);
  expect(await radonRows(kym, "a")).toMatchObject([{ img_min: 1n, img_std: 0.5 }, { img_min: 108n }]);
  await saveRois(record, [rectEnvelope(1, 0, 6, { ...stored, revision: 1 }), rectEnvelope(2, 2, 4)]);
  await update(kym);
  expect(await radonRows(kym, "a")).toMatchObject([{ img_min: 100n, analysis_state: "current" }, {}]);
});

test("pixels of another hash than the analysis saw are pixels_changed", async () => {
  const kym = await indexedStudy();
  await kym.dataset.record("a").updateAttributes({ pixels_sha256: "another" });
  expect(await update(kym)).toEqual([["a", "context_changed"]]);
  expect(await radonRows(kym, "a")).toMatchObject([
    { analysis_state: "pixels_changed" },
    { analysis_state: "pixels_changed" },
  ]);
});

test("other pixels under the id of a deleted image count, although every artifact is the same", async () => {
  const kym = await indexedStudy();
  const { dataset } = kym;
  await dataset.deleteImage("a");
  const record = await dataset.addImage(createNdArray("uint16", [6, 4], new Uint16Array(24).fill(7)), {
    id: "a",
    axes: ["t", "x"],
    attributes: { pixels_sha256: PIXELS_SHA256 },
  });
  await saveAnalysis(record, TWO_ROIS);
  await saveTraces(record, TRACES);
  await saveProvenance(record, "28d AngII/20250722/cell a.ome.tif");
  expect(await update(kym)).toEqual([["a", "inputs_changed"]]);
  expect(await radonRows(kym, "a")).toMatchObject([{ img_min: 7n }, { img_min: 7n }]);
});

test("without an analysis record, or without metadata, the state is unknown", async () => {
  const dataset = await emptyDataset();
  await saveTraces(await addImage(dataset, "a"), TRACES);
  const kym = new KymDataset(dataset);
  await kym.updateIndex(radonIndexer);
  expect(await radonRows(kym, "a")).toMatchObject([
    { analysis_state: "unknown", accepted: true, img_min: null, rel_path: null, file_name: null },
    { analysis_state: "unknown", params_hash: paramsHash({}) },
  ]);
});

test("an analysis artifact of another shape fails its image and no other", async () => {
  const kym = await indexedStudy();
  await kym.dataset.record("a").saveJson("radon/analysis", ["no", "runs"]);
  const report = await kym.updateIndex(radonIndexer, INCREMENTAL);
  expect(report).toMatchObject({ failed: 1, skipped: 1 });
  expect(report.reasons).toMatchObject([{ imageId: "a", error: { code: "invalid_metadata" } }]);
  expect(await radonRows(kym, "a")).toEqual([]);
});

test("what people added to the events is counted over the image and timed over the ROI", async () => {
  const kym = await indexedStudy();
  const schema = {
    columns: [
      ...EVENT_SCHEMA.columns,
      { name: "event_type", type: "utf8" },
      { name: "duration_s", type: "float64" },
    ],
  } as const;
  const added = { ...eventRow(1), event_type: "User Added" };
  await kym.dataset.record("a").saveParquet(
    "velocity_events/events",
    [
      { ...added, duration_s: 2 },
      { ...added, t_start_s: 1, t_end_s: 1.5 },
      { ...added, roi_id: 3n, duration_s: 8 },
      { ...eventRow(1), event_type: "nan_gap", duration_s: 16 },
    ],
    { schema },
  );
  expect(await update(kym)).toEqual([["a", "context_changed"]]);
  expect(await radonRows(kym, "a")).toMatchObject([
    { users_added_count: 3n, users_added_dur_sum: 2.5, users_added_dur_mean: 1.25 },
    { users_added_count: 3n, users_added_dur_sum: null, users_added_dur_mean: null },
  ]);
  // An index reads the table with Arrow, a look at one image without it.
  const record = kym.dataset.record("a");
  const counted = { count: 3, durations: { 1: { sumS: 2.5, n: 2 }, 3: { sumS: 8, n: 1 } } };
  expect(await record.tables.loadPlainRows("velocity_events/events", ["event_type"])).toMatchObject({
    rows: [added, added, added, { event_type: "nan_gap" }].map(({ event_type }) => ({ event_type })),
  });
  expect(await loadUsersAdded(record)).toEqual(counted);
  expect(countUsersAdded(await record.loadParquet("velocity_events/events"))).toEqual(counted);
});

test("results that are summarised already are taken as they are, extra columns too", async () => {
  const dataset = await emptyDataset();
  const record = await addImage(dataset, "a");
  await record.saveParquet("radon/results", [{ roi_id: 1, vel_mean: -1.5, quality: 0.75 }], {
    schema: {
      columns: [
        { name: "roi_id", type: "int32" },
        { name: "vel_mean", type: "float64" },
        { name: "quality", type: "float64" },
      ],
    },
  });
  const kym = new KymDataset(dataset);
  await kym.updateIndex(radonIndexer);
  expect(await radonRows(kym, "a")).toMatchObject([
    { roi_id: 1n, vel_mean: -1.5, vel_std: null, quality: "0.75", analysis_state: "unknown" },
  ]);
  await saveTraces(record, { 1: [1, 1] });
  expect(await update(kym)).toEqual([["a", "inputs_changed"]]);
  expect(await radonRows(kym, "a")).toMatchObject([{ vel_mean: 1, vel_std: 0 }]);
});

test("an edited calibration updates the image as calibration_changed, and the edit back as current", async () => {
  const kym = await indexedStudy();
  const record = kym.dataset.record("a");
  const used = { um_per_px: 0.5, seconds_per_line: 0.001 };
  const calibrate = async (umPerPx: number): Promise<void> =>
    saveRois(record, TWO_ROIS, { header: { voxels: [0.001, umPerPx], voxels_units: ["s", "um"] } });
  await saveAnalysis(record, TWO_ROIS, used);
  await calibrate(0.5);
  await update(kym);
  const before = await radonRows(kym, "a");
  expect(before).toMatchObject([{ analysis_state: "current" }, { analysis_state: "current" }]);
  await calibrate(0.6);
  expect(await update(kym)).toEqual([["a", "context_changed"]]);
  // Nothing is rescaled: only the state changes.
  expect(await radonRows(kym, "a")).toEqual(
    before.map((row) => ({ ...row, analysis_state: "calibration_changed" })),
  );
  expect(await loadAnalyses(record)).toMatchObject([
    { roiId: 1, channel: 1, calibration: { umPerPx: 0.5 }, state: "calibration_changed" },
    { roiId: 2, channel: 1, calibration: { umPerPx: 0.5 }, state: "calibration_changed" },
  ]);
  await calibrate(0.5);
  await update(kym);
  expect(await radonRows(kym, "a")).toEqual(before);
});

test("a run that says no calibration, as older versions stored it, used the one that its trace says", async () => {
  const dataset = await emptyDataset();
  const record = await addImage(dataset, "a");
  await saveAnalysis(record, TWO_ROIS);
  await saveRois(record, TWO_ROIS, { header: { voxels: [0.001, 0.5], voxels_units: ["s", "um"] } });
  const columns = ["roi_id", "channel", "velocity_mm_s", "um_per_px", "s_per_line"] as const;
  const schema = {
    columns: columns.map((name) => ({
      name,
      type: name.endsWith("_id") || name === "channel" ? ("int64" as const) : ("float64" as const),
    })),
  };
  const row = (roiId: bigint, umPerPx: number): Row => ({
    ...{ roi_id: roiId, channel: 1n, velocity_mm_s: 1, um_per_px: umPerPx, s_per_line: 0.001 },
  });
  await record.saveParquet("radon/velocity", [row(1n, 0.5), row(2n, 0.6)], { schema });
  const kym = new KymDataset(dataset);
  await kym.updateIndex(radonIndexer);
  expect(await radonRows(kym, "a")).toMatchObject([
    { roi_id: 1n, analysis_state: "current" },
    { roi_id: 2n, analysis_state: "calibration_changed" },
  ]);
});
