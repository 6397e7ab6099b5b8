import { ARTIFACTS } from "@kym/kym-schema";
import { ACQSTORE_VELOCITY_SCHEMA } from "@kym/kym-schema/tables";
import {
  memoryStore,
  openDataset,
  type Row,
  rowsOf,
  type TableSchema,
  type ZarrDataset,
  type ZarrImageRecord,
} from "@kym/zarr-store";
import { expect, test } from "vitest";
import {
  analyzeImages,
  diameterIndexer,
  heartRateIndexer,
  type Indexer,
  KymDataset,
  radonIndexer,
  sumIntensityIndexer,
  velocityEventIndexer,
} from "../../../src/index.ts";
import { EVENT_SCHEMA, eventRow, saveTraces } from "../../support/image-fixture.ts";
import { addScan, rect } from "../../support/streaks.ts";

/** The columns of rows that hold ids and numbers alone. */
function schemaOf([first = {}]: readonly Row[]): TableSchema {
  return {
    columns: Object.entries(first).map(([name, cell]) => ({
      name,
      type: typeof cell === "bigint" ? "int64" : "float64",
    })),
  };
}

async function save(record: ZarrImageRecord, name: string, list: readonly Row[]): Promise<void> {
  await record.saveParquet(name, list, { schema: schemaOf(list) });
}

const INCREMENTAL = { mode: "incremental" } as const;

function velocityRows(roiId: bigint, velocity: number | null): readonly Row[] {
  const row = Object.fromEntries(ACQSTORE_VELOCITY_SCHEMA.columns.map(({ name }) => [name, null]));
  return [0, 1].map((at) => ({
    ...row,
    roi_id: roiId,
    channel: 1n,
    time_s: at / 8,
    velocity_mm_s: velocity,
  }));
}

/** ROI 1 has results of all three programs, ROI 2 of acqstore and ours, ROI 3 of ours alone. */
async function study(): Promise<ZarrDataset> {
  const dataset = await openDataset(memoryStore());
  const record = await addScan(dataset, "scan", {
    rois: [rect(1, [0, 96], [0, 20]), rect(2, [8, 72], [2, 18]), rect(3, [0, 80], [0, 20])],
  });
  await saveTraces(record, { 1: [9, 9] });
  await record.saveParquet(ARTIFACTS.acqstoreVelocity, [...velocityRows(1n, 7), ...velocityRows(2n, 7)], {
    schema: ACQSTORE_VELOCITY_SCHEMA,
  });
  const used = { um_per_px: 0.5, seconds_per_line: 0.001 };
  const run = { algorithm: "acqstore.radon_velocity@1", software: "acqstore", ...used };
  await record.saveJson(ARTIFACTS.acqstoreVelocity, { "1:1": run, "2:1": run });
  await record.saveParquet(ARTIFACTS.acqstoreEvents, [{ ...eventRow(5), roi_id: 2n }], {
    schema: EVENT_SCHEMA,
  });
  await save(
    record,
    ARTIFACTS.acqstoreDiameter,
    [4, 6].map((um) => ({ roi_id: 2n, channel: 1n, diameter_um: um, diameter_px: um * 2, qc_score: 1 })),
  );
  const [lomb, welch] = [
    { bpm: 400, snr: 5 },
    { bpm: 410, snr: 4 },
  ];
  await record.saveJson(ARTIFACTS.acqstoreHeartRate, {
    "2:1": {
      ...run,
      params: { agree_tol_bpm: 30 },
      acqstore_summary: { status: "ok", n_total: 59, lomb, welch },
    },
  });
  await analyzeImages(dataset, { kinds: ["velocity", "events", "heartRate", "diameter"] });
  return dataset;
}

async function rows(kym: KymDataset, indexer: Indexer): Promise<readonly Row[]> {
  await kym.updateIndex(indexer, INCREMENTAL);
  return [...rowsOf(await kym.dataset.loadTable(indexer.tableName))];
}

function whose(list: readonly Row[]): readonly string[] {
  return [...new Set(list.map(({ roi_id, software }) => `${roi_id} ${software}`))];
}

test("a ROI has the lab's result, else acqstore's, else ours, and the row says which", async () => {
  const kym = new KymDataset(await study());
  const velocities = await rows(kym, radonIndexer);
  expect(whose(velocities)).toEqual(["1 lab", "2 acqstore", "3 @kym/flow"]);
  expect(velocities[1]).toMatchObject({ vel_mean: 7, algorithm: null, analysis_state: "unknown" });
  expect(whose(await rows(kym, velocityEventIndexer))).toContain("2 acqstore");
  const rates = await rows(kym, heartRateIndexer);
  expect(whose(rates)).toEqual(["1 @kym/flow", "2 acqstore", "3 @kym/flow"]);
  expect(rates[1]).toMatchObject({ lomb_bpm: 400, welch_bpm: 410, delta_bpm: 10, agree: true, n_total: 59n });
  const widths = await rows(kym, diameterIndexer);
  expect(whose(widths)).toEqual(["1 @kym/flow", "2 acqstore", "3 @kym/flow"]);
  expect(widths[1]).toMatchObject({ diameter_mean_um: 5, n_valid: 2n });
  // Ours count before both if the dataset says so.
  await kym.saveSettings({ prefer: "kym" });
  expect(whose(await rows(kym, radonIndexer))).toEqual(["1 @kym/flow", "2 @kym/flow", "3 @kym/flow"]);
  expect(whose(await rows(kym, diameterIndexer))).toEqual(["1 @kym/flow", "2 @kym/flow", "3 @kym/flow"]);
});

test("what acqstore changed makes rows stale, also where the lab's result is the input", async () => {
  const dataset = await study();
  const kym = new KymDataset(dataset);
  await rows(kym, radonIndexer);
  const record = dataset.record("scan");
  await record.saveParquet(ARTIFACTS.acqstoreVelocity, velocityRows(2n, 3), {
    schema: ACQSTORE_VELOCITY_SCHEMA,
  });
  const list = await rows(kym, radonIndexer);
  expect(list[1]).toMatchObject({ roi_id: 2n, vel_mean: 3 });
});

test("kym_sum_intensity has a row for each ROI and channel, also for one without a peak", async () => {
  const dataset = await openDataset(memoryStore());
  const record = await addScan(dataset, "scan", { rois: [rect(1, [0, 96], [0, 20])] });
  await addScan(dataset, "other");
  const ids = { roi_id: 1n, channel: 1n };
  await save(
    record,
    ARTIFACTS.acqstorePeaks,
    [1, 3].map((amplitude) => ({ ...ids, peak_amplitude: amplitude, peak_to_peak_interval_sec: 0.5 })),
  );
  await save(
    record,
    ARTIFACTS.acqstoreSumIntensity,
    [0, 1, 2, 3].map((at) => ({ ...ids, roi_id: at < 2 ? 1n : 2n, time_s: at % 2, f0_baseline: 9 })),
  );
  const kym = new KymDataset(dataset);
  const { notAnalysed } = await kym.updateIndex(sumIntensityIndexer, INCREMENTAL);
  expect(notAnalysed).toBe(1);
  expect(await rows(kym, sumIntensityIndexer)).toMatchObject([
    {
      ...{ roi_id: 1n, n_total: 2n, n_peaks: 2n, peaks_per_min: 60, f0_baseline: 9, software: "acqstore" },
      ...{ peak_amplitude_mean: 2, peak_amplitude_median: 2, peak_interval_mean_s: 0.5 },
    },
    { roi_id: 2n, n_total: 2n, n_peaks: 0n, peaks_per_min: 0, peak_amplitude_mean: null },
  ]);
});
