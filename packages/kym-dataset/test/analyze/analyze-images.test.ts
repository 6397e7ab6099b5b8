import { ARTIFACTS, parseMetadata } from "@kym/kym-schema";
import {
  createNdArray,
  memoryStore,
  openDataset,
  type Row,
  rowsOf,
  type ZarrDataset,
  type ZarrImageRecord,
} from "@kym/zarr-store";
import { expect, test } from "vitest";
import { computeAnalysis } from "../../src/analyze/compute/compute-analysis.ts";
import {
  AcqImage,
  type AnalysisReport,
  type AnalyzeImagesOptions,
  analyzeImage,
  analyzeImages,
  isKymDatasetError,
} from "../../src/index.ts";
import { saveTraces } from "../support/image-fixture.ts";
import { addScan, HEADER, rect, streaks } from "../support/streaks.ts";

const WHOLE = rect(1, [0, 96], [0, 20]);
const PART = rect(2, [8, 72], [2, 18]);

async function study(...ids: readonly string[]): Promise<ZarrDataset> {
  const dataset = await openDataset(memoryStore());
  for (const id of ids) {
    await addScan(dataset, id, { rois: [WHOLE, PART] });
  }
  return dataset;
}

/** What was computed, as `image roi kind because`. */
function computed({ images }: AnalysisReport): readonly string[] {
  return images.flatMap(({ imageId, rois }) =>
    rois.flatMap(({ roiId, kinds }) =>
      kinds.map(({ kind, because }) => `${imageId} ${roiId} ${kind} ${because}`),
    ),
  );
}

async function velocities(record: ZarrImageRecord): Promise<readonly Row[]> {
  return [...rowsOf(await record.loadParquet(ARTIFACTS.flowVelocity))];
}

function imageOf(record: ZarrImageRecord): AcqImage {
  return AcqImage.from({
    sourceKey: record.id,
    pixelStore: record.asPixelStore(),
    artifactStore: record.asArtifactStore(),
  });
}

test("velocities have the columns of the lab's trace and the angle, and say what they are of", async () => {
  const dataset = await study("a");
  const { windows } = await analyzeImage(dataset, "a", { kinds: ["velocity"] });
  const record = dataset.record("a");
  const rows = await velocities(record);
  expect(rows.length).toBe(windows);
  expect(rows.map(({ roi_id }) => roi_id).join("")).toBe(`${"1".repeat(21)}${"2".repeat(13)}`);
  const [first] = rows;
  expect(first).toMatchObject({
    roi_id: 1n,
    channel: 1n,
    line: 8,
    time_s: 0.008,
    n_lines: 96n,
    px_per_line: 20n,
    um_per_px: 0.5,
    s_per_line: 0.001,
    algorithm: "kym.radon@1",
  });
  // 0.5 px a line is 0.25 mm/s here.
  for (const { velocity_mm_s, shift_px_per_line } of rows) {
    expect(velocity_mm_s).toBeCloseTo(0.25, 1);
    expect(shift_px_per_line).toBeCloseTo(Number(velocity_mm_s) * 2, 12);
  }
  expect(rows[21]).toMatchObject({ roi_id: 2n, line: 16, time_s: 0.016 });
  expect(await record.loadJson(ARTIFACTS.flowVelocity)).toMatchObject({
    "1:1": { algorithm: "kym.radon@1", window_size: 16, software: "@kym/flow", version: 1, um_per_px: 0.5 },
    "2:1": { pixels_sha256: (await record.attributes())["pixels_sha256"] },
  });
});

test("a second run does nothing, and a forced one gives the same bytes, so that nothing is committed", async () => {
  const dataset = await study("a", "b");
  const first = await analyzeImages(dataset);
  expect(first.commits).toBe(1);
  expect(computed(first)).toContain("b 2 events never_analysed");
  const { version } = dataset;
  const second = await analyzeImages(dataset);
  expect(computed(second)).toEqual([]);
  expect(second.images.map(({ outcome }) => outcome)).toEqual(["current", "current"]);
  expect(computed(await analyzeImages(dataset, { force: true }))).toContain("a 1 velocity forced");
  expect(dataset.version).toBe(version);
});

test.each<[string, (dataset: ZarrDataset) => Promise<unknown>, AnalyzeImagesOptions, readonly string[]]>([
  [
    "a ROI that moved",
    (dataset) =>
      imageOf(dataset.record("a")).editRoi(2, {
        bounds: { dim0Start: 0, dim0Stop: 64, dim1Start: 2, dim1Stop: 18 },
      }),
    {},
    ["a 2 velocity roi_changed", "a 2 events roi_changed"],
  ],
  [
    "a ROI that was added",
    (dataset) =>
      imageOf(dataset.record("b")).addRoi({
        bounds: { dim0Start: 0, dim0Stop: 40, dim1Start: 0, dim1Stop: 9 },
      }),
    {},
    ["b 3 velocity never_analysed", "b 3 events never_analysed"],
  ],
  [
    "another calibration",
    (dataset) => imageOf(dataset.record("a")).editMetadata({ header: { voxels: [0.002, 0.5] } }),
    {},
    [
      "a 1 velocity calibration_changed",
      "a 1 events calibration_changed",
      "a 2 velocity calibration_changed",
      "a 2 events calibration_changed",
    ],
  ],
  [
    "another window",
    async () => undefined,
    { windowLines: 32, imageIds: ["b"] },
    [
      "b 1 velocity params_changed",
      "b 1 events params_changed",
      "b 2 velocity params_changed",
      "b 2 events params_changed",
    ],
  ],
  [
    "heart rates that nobody asked for before",
    async () => undefined,
    { kinds: ["heartRate"] },
    [
      "a 1 heartRate never_analysed",
      "a 2 heartRate never_analysed",
      "b 1 heartRate never_analysed",
      "b 2 heartRate never_analysed",
    ],
  ],
  [
    "a ROI that was renamed",
    (dataset) => imageOf(dataset.record("a")).editRoi(2, { name: "artery" }),
    {},
    [],
  ],
  [
    "another note",
    (dataset) => imageOf(dataset.record("a")).editMetadata({ experiment: { note: "odd" } }),
    {},
    [],
  ],
])("after %s, only that is computed", async (_, change, options, expected) => {
  const dataset = await study("a", "b");
  await analyzeImages(dataset);
  const before = await velocities(dataset.record("a"));
  await change(dataset);
  const report = await analyzeImages(dataset, options);
  expect(computed(report)).toEqual(expected);
  expect((await velocities(dataset.record("a"))).slice(0, 3).map(({ theta_deg }) => theta_deg)).toEqual(
    before.slice(0, 3).map(({ theta_deg }) => theta_deg),
  );
  expect(computed(await analyzeImages(dataset, options))).toEqual([]);
});

test("results of a deleted ROI go, and those of the others stay", async () => {
  const dataset = await study("a");
  await analyzeImages(dataset);
  await imageOf(dataset.record("a")).deleteRoi(1);
  const report = await analyzeImages(dataset);
  expect(report.images[0]).toMatchObject({ outcome: "analysed", removed: 1, rois: [] });
  expect(new Set((await velocities(dataset.record("a"))).map(({ roi_id }) => roi_id))).toEqual(new Set([2n]));
  expect(Object.keys(Object(await dataset.record("a").loadJson(ARTIFACTS.flowEvents)))).toEqual(["2:1"]);
});

test("an image without a ROI gets one of the whole image in the same commit, or is left out", async () => {
  const dataset = await openDataset(memoryStore());
  await addScan(dataset, "bare");
  const left = await analyzeImages(dataset, { rois: "existing" });
  expect(left.images[0]).toMatchObject({ outcome: "left_out", leftOut: [{ reason: "it has no ROI" }] });
  const { version } = dataset;
  const planned = await analyzeImages(dataset, { dryRun: true });
  expect(planned.images[0]).toMatchObject({ outcome: "analysed", addedRoiId: 1 });
  expect(dataset.version).toBe(version);
  expect((await analyzeImages(dataset)).images[0]).toMatchObject({ outcome: "analysed", addedRoiId: 1 });
  expect(dataset.version).toBe(version + 1);
  const { rois } = parseMetadata(await dataset.record("bare").loadMetadataPayload());
  expect(rois).toMatchObject([{ id: 1, name: "full image", bounds: { dim0Stop: 96, dim1Stop: 20 } }]);
  expect((await analyzeImages(dataset)).images[0]).toMatchObject({
    outcome: "current",
    addedRoiId: undefined,
  });
});

test("an image that is too short for a window gets no ROI, and is named", async () => {
  const dataset = await openDataset(memoryStore());
  await addScan(dataset, "short", { pixels: streaks(12, 20, 0.5) });
  const { version } = dataset;
  const { images } = await analyzeImages(dataset, { kinds: ["velocity"] });
  expect(images[0]).toMatchObject({ outcome: "left_out", addedRoiId: undefined });
  expect(images[0]?.leftOut).toMatchObject([
    { roiId: undefined, reason: expect.stringContaining("12 lines") },
  ]);
  expect(dataset.version).toBe(version);
});

test("without a calibration there is an angle and px per line, and the image is named", async () => {
  const dataset = await openDataset(memoryStore());
  await addScan(dataset, "bare", { header: {} });
  const { images } = await analyzeImages(dataset);
  expect(images[0]).toMatchObject({ lacksCalibration: true, outcome: "analysed" });
  expect(computed({ images, commits: 1 })).toEqual(["bare 1 velocity never_analysed"]);
  for (const row of await velocities(dataset.record("bare"))) {
    expect(row).toMatchObject({
      time_s: null,
      velocity_mm_s: null,
      clean_velocity_mm_s: null,
      um_per_px: null,
    });
    expect(row["shift_px_per_line"]).toBeCloseTo(0.5, 1);
  }
  expect((await analyzeImages(dataset)).images[0]).toMatchObject({
    lacksCalibration: true,
    outcome: "current",
  });
});

test("what cannot be computed is named, with its ROI", async () => {
  const dataset = await openDataset(memoryStore());
  const broken = { ...rect(7, [0, 96], [0, 20]), data: { dim0_start: "first" } };
  const channel2 = { ...rect(4, [0, 96], [0, 20]), channel: 2 };
  await addScan(dataset, "a", {
    rois: [WHOLE, broken, rect(3, [0, 10], [0, 20]), channel2, rect(5, [500, 600], [0, 20])],
  });
  const points = [
    [0, 0],
    [9, 0],
    [9, 9],
  ].map(([dim0 = 0, dim1 = 0]) => ({ dim0, dim1 }));
  await imageOf(dataset.record("a")).addRoi({ type: "polygon", points });
  await addScan(dataset, "film", { pixels: createNdArray("uint8", [3, 32, 32]), axes: ["t", "y", "x"] });
  const { images } = await analyzeImages(dataset, { kinds: ["velocity"] });
  expect(images.map(({ outcome }) => outcome)).toEqual(["analysed", "left_out"]);
  expect(images[0]?.leftOut.map(({ roiId, reason }) => `${roiId}: ${reason}`)).toEqual([
    "undefined: 1 of its ROIs cannot be read",
    "3: it has 10 lines of 20 px; a window needs 16 lines of 2 px",
    "4: the image has no channel 2",
    "5: it lies outside of the image",
    "8: only a rect has windows of lines, and this is a polygon",
  ]);
  expect(images[1]?.leftOut[0]?.reason).toContain("film");
});

test("the lab's own artifacts stay byte for byte", async () => {
  const dataset = await study("a");
  const record = dataset.record("a");
  await saveTraces(record, { 1: [1, 2, 3] });
  const lab = (hashes: ReadonlyMap<string, string>): unknown =>
    [...hashes].filter(([key]) => !/flow|^analysis\/metadata/.test(key));
  const before = lab(await record.objectHashes());
  await analyzeImages(dataset, { kinds: ["velocity", "events", "heartRate", "diameter"] });
  expect(lab(await record.objectHashes())).toEqual(before);
  expect(new Set(await record.json.list())).toEqual(
    new Set(["metadata", "flow/velocity", "flow/events", "flow/heart_rate", "flow/diameter"]),
  );
});

test("one bad image is named and stops no other: metadata that JSON does not allow, ROIs outside a list, pixels that fail", async () => {
  const dataset = await study("a", "fails");
  await addScan(dataset, "list");
  await dataset.record("list").saveMetadataPayload({ version: "2.0", header: HEADER, rois: "none" });
  const report = await analyzeImages(dataset, {
    compute: async (task, options) => {
      if (task.plane.lines === 64) {
        throw new Error(`no luck with ROI ${task.roiId}`);
      }
      return computeAnalysis(task, options);
    },
    imageIds: ["a", "fails", "list"],
  });
  expect(report.images.map(({ imageId, outcome, message = "" }) => [imageId, outcome, message])).toEqual([
    ["a", "failed", "no luck with ROI 2"],
    ["fails", "failed", "no luck with ROI 2"],
    ["list", "failed", expect.stringContaining("rois")],
  ]);
  await expect(analyzeImage(dataset, "list")).rejects.toThrow("rois");
  const after = await analyzeImages(dataset);
  expect(after.images.map(({ outcome }) => outcome)).toEqual(["analysed", "analysed", "failed"]);
});

test("an abort keeps the images that are whole, and the next run goes on with the others", async () => {
  const dataset = await study("a", "b", "c");
  const controller = new AbortController();
  let tasks = 0;
  const run = analyzeImages(dataset, {
    signal: controller.signal,
    compute: async (task, options) => {
      tasks++;
      if (tasks === 4) {
        controller.abort(new Error("enough"));
      }
      return computeAnalysis(task, options);
    },
  });
  await expect(run).rejects.toSatisfy((error) => isKymDatasetError(error, "aborted"));
  const next = await analyzeImages(dataset);
  expect(next.images.map(({ imageId, outcome }) => `${imageId} ${outcome}`)).toEqual([
    "a current",
    "b analysed",
    "c analysed",
  ]);
});

test("a caller whose listener throws gets its error, and each image is committed once", async () => {
  const dataset = await study("a", "b");
  const before = dataset.version;
  const run = analyzeImages(dataset, {
    onEvent: ({ kind }) => {
      if (kind === "committed") {
        throw new Error("the listener's own");
      }
    },
  });
  await expect(run).rejects.toThrow("the listener's own");
  expect(dataset.version).toBe(before + 1);
});

test("an image that is edited or deleted while it is computed is left as the other writer left it", async () => {
  const dataset = await study("a", "b", "c");
  let isFirst = true;
  const report = await analyzeImages(dataset, {
    compute: async (task, options) => {
      if (isFirst) {
        isFirst = false;
        await imageOf(dataset.record("a")).editRoi(1, {
          bounds: { dim0Start: 0, dim0Stop: 32, dim1Start: 0, dim1Stop: 20 },
        });
        await dataset.deleteImage("b");
      }
      return computeAnalysis(task, options);
    },
  });
  expect(report.images.map(({ imageId, outcome }) => `${imageId} ${outcome}`)).toEqual([
    "a changed_meanwhile",
    "b failed",
    "c analysed",
  ]);
  expect(await dataset.record("a").json.list()).toEqual(["metadata"]);
  expect(computed(await analyzeImages(dataset))).toContain("a 1 velocity never_analysed");
});

test("events and heart rates of velocities that are there are computed from these, as from new ones", async () => {
  const [inOne, later] = [await study("a"), await study("a")];
  const kinds = ["velocity", "events", "heartRate"] as const;
  await analyzeImages(inOne, { kinds });
  await analyzeImages(later, { kinds: ["velocity"] });
  let isOnlyFromVelocity = true;
  await analyzeImages(later, {
    kinds,
    compute: async (task, options) => {
      isOnlyFromVelocity &&= !task.kinds.includes("velocity") && task.velocity !== undefined;
      return computeAnalysis(task, options);
    },
  });
  expect(isOnlyFromVelocity).toBe(true);
  const flow = (hashes: ReadonlyMap<string, string>): unknown =>
    [...hashes].filter(([key]) => key.includes("flow")).sort();
  expect(flow(await later.record("a").objectHashes())).toEqual(flow(await inOne.record("a").objectHashes()));
});

test("another channel is computed beside the first, whose results stay", async () => {
  const dataset = await openDataset(memoryStore());
  const [one, two] = [streaks(48, 16, 0.5), streaks(48, 16, -1)];
  const both = createNdArray("uint16", [2, 48, 16], Uint16Array.from([...one.data, ...two.data]));
  await addScan(dataset, "a", { pixels: both, axes: ["c", "t", "x"], rois: [rect(1, [0, 48], [0, 16])] });
  await analyzeImages(dataset, { kinds: ["velocity"] });
  expect(computed(await analyzeImages(dataset, { kinds: ["velocity"], channel: 2 }))).toEqual([
    "a 1 velocity never_analysed",
  ]);
  const rows = await velocities(dataset.record("a"));
  const meanOf = (channel: bigint): number => {
    const of = rows
      .filter((row) => row["channel"] === channel)
      .map((row) => Number(row["shift_px_per_line"]));
    return of.reduce((sum, shift) => sum + shift, 0) / of.length;
  };
  expect(meanOf(1n)).toBeCloseTo(0.5, 1);
  expect(meanOf(2n)).toBeCloseTo(-1, 1);
  const third = await analyzeImages(dataset, { channel: 3 });
  expect(third.images[0]?.leftOut[0]?.reason).toBe("it has no channel 3, but 2");
});

test("a table whose JSON is gone or broken is computed again, and the run says so", async () => {
  const dataset = await study("a");
  await analyzeImages(dataset, { kinds: ["velocity"] });
  await dataset.record("a").saveJson(ARTIFACTS.flowVelocity, ["odd"]);
  expect(computed(await analyzeImages(dataset, { kinds: ["velocity"] }))).toContain(
    "a 1 velocity never_analysed",
  );
  await dataset.record("a").tables.delete(ARTIFACTS.flowVelocity);
  expect(computed(await analyzeImages(dataset, { kinds: ["velocity"] }))).toContain(
    "a 2 velocity never_analysed",
  );
});

test.each([
  [{ windowLines: 6 }, "windowLines"],
  [{ windowLines: 0 }, "windowLines"],
  [{ channel: 0 }, "channel"],
  [{ kinds: [] }, "kinds"],
  [{ imageIds: ["nobody"] }, "nobody"],
])("a request of %j is refused, with the name of what is wrong", async (options, path) => {
  await expect(analyzeImages(await study("a"), options)).rejects.toMatchObject({ details: { path } });
});

test("a dataset that is only read can be planned, and not analysed", async () => {
  const store = memoryStore();
  await addScan(await openDataset(store), "a", { rois: [WHOLE] });
  const dataset = await openDataset(store, { mode: "r" });
  expect(computed(await analyzeImages(dataset, { dryRun: true }))).toContain("a 1 velocity never_analysed");
  await expect(analyzeImages(dataset)).rejects.toMatchObject({ code: "read_only" });
});
