import { memoryStore, openDataset, type Row, rowsOf, type ZarrDataset } from "@kym/zarr-store";
import { expect, test } from "vitest";
import {
  AcqImage,
  analyzeImages,
  diameterIndexer,
  heartRateIndexer,
  type Indexer,
  KymDataset,
  radonIndexer,
  velocityEventIndexer,
} from "../../../src/index.ts";
import { EVENT_SCHEMA, eventRow, saveTraces } from "../../support/image-fixture.ts";
import { addScan, rect, streaks } from "../../support/streaks.ts";

const INCREMENTAL = { mode: "incremental" } as const;
const ROIS = [rect(1, [0, 96], [0, 20]), rect(2, [8, 72], [2, 18])];

/** An image whose first ROI the lab analysed as well, and one that only we did. */
async function study(): Promise<ZarrDataset> {
  const dataset = await openDataset(memoryStore());
  const both = await addScan(dataset, "both", { rois: ROIS });
  await saveTraces(both, { 1: [9, 9, 9] });
  await both.saveParquet("velocity_events/events", [eventRow(5)], { schema: EVENT_SCHEMA });
  await addScan(dataset, "ours", { rois: [rect(1, [0, 96], [0, 20])], pixels: streaks(96, 20, -0.5) });
  await analyzeImages(dataset, { kinds: ["velocity", "events", "heartRate", "diameter"] });
  return dataset;
}

async function rows(kym: KymDataset, indexer: Indexer): Promise<readonly Row[]> {
  await kym.updateIndex(indexer, INCREMENTAL);
  return [...rowsOf(await kym.dataset.loadTable(indexer.tableName))];
}

function brief(list: readonly Row[]): readonly string[] {
  return list.map(({ image_id, roi_id, software, algorithm }) =>
    [image_id, roi_id, software, algorithm].join(" "),
  );
}

test("kym_radon has one row a ROI: the lab's if there is one, else ours, which the columns say", async () => {
  const list = await rows(new KymDataset(await study()), radonIndexer);
  expect(brief(list)).toEqual([
    "both 1 lab ",
    "both 2 @kym/flow kym.radon@1",
    "ours 1 @kym/flow kym.radon@1",
  ]);
  expect(list[0]).toMatchObject({ vel_mean: 9, low_quality_share: null });
  expect(list[2]?.["vel_mean"]).toBeCloseTo(-0.25, 1);
  expect(list[2]).toMatchObject({
    analysis_state: "current",
    stall_time_s: 0,
    low_quality_share: 0,
    img_min: 300n,
  });
});

test("a dataset that prefers ours turns it round, remembers it, and makes each row anew once", async () => {
  const dataset = await study();
  const kym = new KymDataset(dataset);
  await rows(kym, radonIndexer);
  expect(await new KymDataset(dataset).saveSettings({ prefer: "kym" })).toBe(true);
  expect(await new KymDataset(dataset).saveSettings({ prefer: "kym" })).toBe(false);
  expect(await kym.getStaleness(radonIndexer, "both")).toMatchObject({ because: "settings_changed" });
  expect(await kym.explain(radonIndexer, "both")).toBe(
    "both in kym_radon: stale. The dataset remembers other settings (--prefer, --min-quality) than the rows were made with: the default ones then, prefer=kym now.",
  );
  expect(brief(await rows(kym, radonIndexer))).toEqual([
    "both 1 @kym/flow kym.radon@1",
    "both 2 @kym/flow kym.radon@1",
    "ours 1 @kym/flow kym.radon@1",
  ]);
  expect(await kym.loadSettings()).toMatchObject({ prefer: "kym" });
  expect(await kym.updateIndex(radonIndexer, INCREMENTAL)).toMatchObject({ updated: 0, skipped: 2 });
  // Another session sees it too.
  expect(await new KymDataset(dataset).getStaleness(radonIndexer, "both")).toMatchObject({ state: "fresh" });
});

test("a quality that nothing reaches makes every window one of low quality", async () => {
  const dataset = await study();
  await new KymDataset(dataset).saveSettings({ minQuality: 1e9 });
  const [, , ours] = await rows(new KymDataset(dataset), radonIndexer);
  expect(ours).toMatchObject({ low_quality_share: 1 });
  await expect(new KymDataset(dataset).saveSettings({ minQuality: Number.NaN })).rejects.toMatchObject({
    code: "invalid_argument",
  });
});

test("events of a ROI are the lab's or ours, never both", async () => {
  const dataset = await study();
  const record = dataset.record("both");
  const ours = { ...eventRow(7), event_id: "ours" };
  await record.saveParquet("flow/events", [ours, { ...ours, roi_id: 2n, event_id: "two" }], {
    schema: EVENT_SCHEMA,
  });
  const kym = new KymDataset(dataset);
  const ids = async (): Promise<readonly string[]> =>
    (await rows(kym, velocityEventIndexer)).map(({ event_id, software }) => `${event_id} ${software}`);
  expect(await ids()).toEqual(["e0 null", "two @kym/flow"]);
  await new KymDataset(dataset).saveSettings({ prefer: "kym" });
  expect(await ids()).toEqual(["ours @kym/flow", "two @kym/flow"]);
});

test("new results of ours make the rows of their image stale, and a moved ROI says so in the rows", async () => {
  const dataset = await study();
  const kym = new KymDataset(dataset);
  for (const indexer of [radonIndexer, heartRateIndexer, diameterIndexer]) {
    await rows(kym, indexer);
  }
  const record = dataset.record("both");
  const image = AcqImage.from({
    sourceKey: "both",
    pixelStore: record.asPixelStore(),
    artifactStore: record.asArtifactStore(),
  });
  await image.editRoi(2, { bounds: { dim0Start: 0, dim0Stop: 64, dim1Start: 0, dim1Stop: 20 } });
  const states = async (): Promise<readonly unknown[]> => {
    const all = [];
    for (const indexer of [radonIndexer, heartRateIndexer, diameterIndexer]) {
      all.push((await rows(kym, indexer)).find(({ roi_id: roi }) => roi === 2n)?.["analysis_state"]);
    }
    return all;
  };
  expect(await states()).toEqual(["roi_changed", "roi_changed", "roi_changed"]);
  await analyzeImages(dataset, { kinds: ["velocity", "events", "heartRate", "diameter"] });
  expect(await kym.getStaleness(radonIndexer, "both")).toMatchObject({ state: "stale" });
  expect(await states()).toEqual(["current", "current", "current"]);
});

test("kym_heart_rate and kym_diameter have one row a ROI and channel, and images without results are counted", async () => {
  const dataset = await study();
  await addScan(dataset, "none", { rois: ROIS });
  const kym = new KymDataset(dataset);
  const rates = await rows(kym, heartRateIndexer);
  expect(brief(rates)).toEqual([
    "both 1 @kym/flow kym.heart_rate@1",
    "both 2 @kym/flow kym.heart_rate@1",
    "ours 1 @kym/flow kym.heart_rate@1",
  ]);
  expect(rates[0]).toMatchObject({ status: "insufficient_valid", n_total: 21n, lomb_bpm: null, agree: null });
  const widths = await rows(kym, diameterIndexer);
  expect(widths.map(({ n_total }) => n_total)).toEqual([96n, 64n, 96n]);
  expect(widths[0]?.["algorithm"]).toBe("kym.diameter.threshold_width@1");
  const report = await kym.updateIndex(diameterIndexer, INCREMENTAL);
  expect(report).toMatchObject({ updated: 0, skipped: 2, notAnalysed: 1 });
});

test("an indexer that a program made of one of ours is used as it is, whatever the dataset remembers", async () => {
  const dataset = await study();
  await new KymDataset(dataset).saveSettings({ prefer: "kym" });
  const own = { ...radonIndexer, analysisVersion: "lab.radon@9" };
  const list = await rows(new KymDataset(dataset), own);
  expect(new Set(list.map(({ analysis_version: version }) => version))).toEqual(new Set(["lab.radon@9"]));
});
