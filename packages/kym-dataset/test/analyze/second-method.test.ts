import { ARTIFACTS } from "@kym/kym-schema";
import { memoryStore, openDataset, type Row, rowsOf, type ZarrDataset } from "@kym/zarr-store";
import { expect, test } from "vitest";
import { computeAnalysis } from "../../src/analyze/compute/compute-analysis.ts";
import {
  AcqImage,
  analyzeImages,
  type ComparedImage,
  compareSoftware,
  KymDataset,
  loadAnalyses,
  radonIndexer,
} from "../../src/index.ts";
import { addScan, rect, streaks } from "../support/streaks.ts";

const ROIS = [rect(1, [0, 96], [0, 20])];
const PIXELS = streaks(96, 20, 0.5);

async function rowsIn(dataset: ZarrDataset, name: string): Promise<readonly Row[]> {
  return [...rowsOf(await dataset.record("a").loadParquet(name))];
}

async function study(): Promise<ZarrDataset> {
  const dataset = await openDataset(memoryStore());
  await addScan(dataset, "a", { rois: ROIS, pixels: PIXELS });
  return dataset;
}

test("a second method lies beside the first, window by window, is never pooled, and can be compared", async () => {
  const dataset = await study();
  await analyzeImages(dataset, { kinds: ["velocity", "lspiv"] });
  const [first, second] = [
    await rowsIn(dataset, ARTIFACTS.flowVelocity),
    await rowsIn(dataset, ARTIFACTS.flowLspiv),
  ];
  expect(second.map(({ time_s, line }) => [time_s, line])).toEqual(
    first.map(({ time_s, line }) => [time_s, line]),
  );
  for (const { velocity_mm_s, correlation } of second) {
    expect(velocity_mm_s).toBeCloseTo(0.25, 1);
    expect(correlation).toBeGreaterThan(0.5);
  }
  expect(await dataset.record("a").loadJson(ARTIFACTS.flowLspiv)).toMatchObject({
    "1:1": { algorithm: "kym.lspiv@1", window_size: 16, params: { shift_lines: 1 }, software: "@kym/flow" },
  });
  const kym = new KymDataset(dataset);
  await kym.updateIndex(radonIndexer);
  expect([...rowsOf(await dataset.loadTable("kym_radon"))]).toMatchObject([{ algorithm: "kym.radon@1" }]);
  const compared: ComparedImage[] = await Array.fromAsync(compareSoftware(dataset, { with: "lspiv" }));
  expect(compared).toMatchObject([{ imageId: "a", rois: [{ roiId: 1, windows: { length: 21 } }] }]);
  expect(await Array.fromAsync(compareSoftware(dataset))).toEqual([{ imageId: "a", missing: "other" }]);
  // A later run of the first alone leaves the second as it is.
  await analyzeImages(dataset, { kinds: ["velocity"], force: true });
  expect(await rowsIn(dataset, ARTIFACTS.flowLspiv)).toEqual(second);
});

test("velocities with static columns removed are others of their own version, and events follow them", async () => {
  const dataset = await openDataset(memoryStore());
  const striped = { ...PIXELS, data: PIXELS.data.map((value, index) => value + ((index % 20) % 7) * 800) };
  await addScan(dataset, "a", { rois: ROIS, pixels: striped });
  await analyzeImages(dataset);
  expect((await rowsIn(dataset, ARTIFACTS.flowVelocity)).map(({ velocity_mm_s }) => velocity_mm_s)).toEqual(
    Array.from({ length: 21 }, () => 0),
  );
  const { images } = await analyzeImages(dataset, { removeStaticColumns: true });
  expect(images[0]?.rois[0]?.kinds).toEqual([
    { kind: "velocity", because: "params_changed" },
    { kind: "events", because: "velocity_changed" },
  ]);
  for (const { velocity_mm_s, algorithm } of await rowsIn(dataset, ARTIFACTS.flowVelocity)) {
    expect(velocity_mm_s).toBeCloseTo(0.25, 1);
    expect(algorithm).toBe("kym.radon.static_columns_removed@1");
  }
  expect((await analyzeImages(dataset, { removeStaticColumns: true })).images[0]?.outcome).toBe("current");
});

test("our analyses of an image are listed too, each with its calibration and state", async () => {
  const dataset = await study();
  const record = dataset.record("a");
  await analyzeImages(dataset, { kinds: ["velocity", "lspiv", "diameter"] });
  const states = async (): Promise<readonly string[]> =>
    (await loadAnalyses(record)).map(
      ({ artifact, roiId, calibration, state }) => `${artifact} ${roiId} ${calibration.umPerPx} ${state}`,
    );
  expect(await states()).toEqual([
    "flow/velocity 1 0.5 current",
    "flow/lspiv 1 0.5 current",
    "flow/diameter 1 0.5 current",
  ]);
  const image = AcqImage.from({
    sourceKey: "a",
    pixelStore: record.asPixelStore(),
    artifactStore: record.asArtifactStore(),
  });
  await image.editMetadata({ header: { voxels: [0.001, 0.6] } });
  expect(await states()).toEqual([
    "flow/velocity 1 0.5 calibration_changed",
    "flow/lspiv 1 0.5 calibration_changed",
    "flow/diameter 1 0.5 calibration_changed",
  ]);
  await record.saveJson(ARTIFACTS.flowVelocity, ["odd"]);
  expect(await states()).toHaveLength(2);
});

test("a process that ends between two batches leaves the first whole, and the next run goes on with the rest", async () => {
  const store = memoryStore();
  const names = ["a", "b", "c", "d"];
  const dataset = await openDataset(store);
  for (const id of names) {
    await addScan(dataset, id, { rois: ROIS });
  }
  let now = 0;
  const { runtime } = dataset;
  // Each look at the clock is 11 s later, so that a batch is never more than two images.
  const slow = await openDataset(store, { runtime: { ...runtime, monotonicMs: () => (now += 11_000) } });
  let end = false;
  const committed = new Promise<readonly string[]>((resolve) => {
    void analyzeImages(slow, {
      compute: (task, options) => (end ? new Promise(() => undefined) : computeAnalysis(task, options)),
      onEvent: (event) => {
        if (event.kind === "committed") {
          end = true;
          resolve(event.imageIds);
        }
      },
    });
  });
  const kept = await committed;
  expect(kept.length).toBeGreaterThan(0);
  expect(kept.length).toBeLessThan(names.length);
  const next = await analyzeImages(await openDataset(store));
  expect(next.images.map(({ imageId, outcome }) => `${imageId} ${outcome}`)).toEqual(
    names.map((id) => `${id} ${kept.includes(id) ? "current" : "analysed"}`),
  );
});
