import { VELOCITY_TRACE_SCHEMA } from "@kym/kym-schema";
import { memoryStore, openDataset, type Row, type ZarrDataset } from "@kym/zarr-store";
import { expect, test } from "vitest";
import { analyzeImages, KymDataset } from "../../src/index.ts";
import { EVENT_SCHEMA, eventRow } from "../support/image-fixture.ts";
import { addScan, rect } from "../support/streaks.ts";

const ROIS = [rect(1, [0, 96], [0, 20]), rect(2, [0, 96], [2, 18])];

/** A row of a lab's trace, computed with 2 ms a line and 0.4 µm a pixel, in windows of 16 lines. */
function labRow(roi: number, window: number, velocity: number | null, more: Row = {}): Row {
  return {
    ...{ roi_id: BigInt(roi), channel: 1n, time_s: (8 + 4 * window) * 0.002, velocity_mm_s: velocity },
    ...{ um_per_px: 0.4, s_per_line: 0.002, clean_velocity_mm_s: velocity, algorithm: "mpRadon" },
    ...more,
  };
}

/** ROI 1 has results of the lab and of ours, ROI 2 only of ours. */
async function study(rows: readonly Row[]): Promise<ZarrDataset> {
  const dataset = await openDataset(memoryStore());
  const record = await addScan(dataset, "scan", { rois: ROIS });
  await record.saveParquet("radon/velocity", rows, { schema: VELOCITY_TRACE_SCHEMA });
  await record.saveParquet("velocity_events/events", [eventRow(5)], { schema: EVENT_SCHEMA });
  return dataset;
}

test("a ROI has the trace that the pooled tables count: the lab's or ours, as the dataset says", async () => {
  const dataset = await study([labRow(1, 0, 0.4), labRow(1, 1, -0.2)]);
  await analyzeImages(dataset, { kinds: ["velocity", "events"] });
  const kym = new KymDataset(dataset);
  const brief = async (): Promise<readonly unknown[]> =>
    (await kym.loadTraces("scan")).traces.map(({ roiId, software, algorithm }) => [
      roiId,
      software,
      algorithm,
    ]);
  expect(await brief()).toEqual([
    [1, "lab", "mpRadon"],
    [2, "@kym/flow", "kym.radon@1"],
  ]);
  expect((await kym.loadTraces("scan")).events).toMatchObject([{ roiId: 1, software: "lab", startS: 0.5 }]);
  await kym.saveSettings({ prefer: "kym" });
  expect(await brief()).toEqual([
    [1, "@kym/flow", "kym.radon@1"],
    [2, "@kym/flow", "kym.radon@1"],
  ]);
});

test("a lab's velocities become places and slopes by the calibration that they were computed with", async () => {
  const dataset = await study([
    labRow(1, 0, 0.4),
    labRow(1, 1, -0.2),
    labRow(1, 2, null),
    labRow(1, 3, -3.3e15),
    labRow(1, 4, 0),
  ]);
  const [trace] = (await new KymDataset(dataset).loadTraces("scan")).traces;
  expect(Array.from(trace?.centreLine ?? [], (line) => Math.round(line * 1e9) / 1e9)).toEqual([
    8, 12, 16, 20, 24,
  ]);
  // 0.4 mm/s are 400 µm/s, 0.8 µm a line, 2 px of 0.4 µm. Beyond ±10⁶ mm/s there is no number; zero is one.
  expect(Array.from(trace?.pxPerLine ?? [], (shift) => Math.round(shift * 1e9) / 1e9)).toEqual([
    2,
    -1,
    NaN,
    NaN,
    0,
  ]);
  expect([...(trace?.velocityMmPerS ?? [])]).toEqual([0.4, -0.2, NaN, NaN, 0]);
  expect(trace?.windowLines).toBe(16);
});

test("the lines of a window are those that were stored, and otherwise four steps", async () => {
  const dataset = await study([labRow(1, 0, 0.4), labRow(1, 1, 0.4), labRow(2, 0, 1)]);
  const windows = async (): Promise<readonly unknown[]> =>
    (await new KymDataset(dataset).loadTraces("scan")).traces.map(({ windowLines }) => windowLines);
  expect(await windows()).toEqual([16, null]);
  await dataset
    .record("scan")
    .saveJson("radon/params", { 1: { window_size: 32 }, "2:1": { window_size: 64 } });
  expect(await windows()).toEqual([32, 64]);
});

test("rows without a calibration use the image's, and without either have no place", async () => {
  const bare = { um_per_px: null, s_per_line: null };
  const dataset = await study([labRow(1, 0, 0.5, { ...bare, time_s: 0.008 })]);
  const [trace] = (await new KymDataset(dataset).loadTraces("scan")).traces;
  // The image has 1 ms a line and 0.5 µm a pixel.
  expect([trace?.centreLine[0], trace?.pxPerLine[0]]).toEqual([8, 1]);
  const raw = await addScan(dataset, "raw", { rois: ROIS, header: {} });
  await raw.saveParquet("radon/velocity", [labRow(1, 0, 0.5, bare)], { schema: VELOCITY_TRACE_SCHEMA });
  const [unknown] = (await new KymDataset(dataset).loadTraces("raw")).traces;
  expect([unknown?.centreLine[0], unknown?.pxPerLine[0]]).toEqual([NaN, NaN]);
});

test("without a calibration our trace has places and slopes, and no velocity", async () => {
  const dataset = await openDataset(memoryStore());
  await addScan(dataset, "raw", { header: {} });
  await analyzeImages(dataset, { kinds: ["velocity"] });
  const { traces, events } = await new KymDataset(dataset).loadTraces("raw");
  expect(events).toEqual([]);
  expect(traces).toMatchObject([{ roiId: 1, software: "@kym/flow", windowLines: 16, state: "current" }]);
  expect(traces[0]?.centreLine[0]).toBe(8);
  expect(traces[0]?.pxPerLine[0]).toBeCloseTo(0.5, 1);
  expect(traces[0]?.velocityMmPerS.some(Number.isFinite)).toBe(false);
});

test("an image that was never analysed has no traces, and a ROI that moved since says so", async () => {
  const dataset = await openDataset(memoryStore());
  await addScan(dataset, "new", { rois: ROIS });
  const kym = new KymDataset(dataset);
  expect(await kym.loadTraces("new")).toEqual({ traces: [], events: [] });
  await expect(kym.loadTraces("elsewhere")).rejects.toMatchObject({ code: "not_found" });
  await analyzeImages(dataset, { kinds: ["velocity"] });
  await dataset.record("new").saveMetadataPayload({
    ...{ version: "2.0", header: { voxels: [0.001, 0.5], voxels_units: ["s", "um"] } },
    rois: [rect(1, [0, 48], [0, 20]), rect(2, [0, 96], [2, 18])],
  });
  expect((await kym.loadTraces("new")).traces.map(({ state }) => state)).toEqual(["roi_changed", "current"]);
});
