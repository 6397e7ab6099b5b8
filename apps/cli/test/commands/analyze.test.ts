import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ARTIFACTS, summarizeMetadata, VELOCITY_TRACE_SCHEMA } from "@kym/kym-schema";
import { createNdArray, type Row, rowsOf } from "@kym/zarr-store";
import { openLocalDataset } from "@kym/zarr-store/node";
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import { kym, kymJson } from "../support/kym.ts";

const GOLDEN = join(import.meta.dirname, "../../../../test/golden-datasets");
const HEADER = { voxels: [0.001, 0.5], voxels_units: ["s", "um"] };
const ROI = {
  ...{ roi_id: 1, roi_type: "rect", version: "1.0", name: "vessel", note: "", channel: 1, z: 0, revision: 0 },
  ...{ data: { dim0_start: 0, dim0_stop: 48, dim1_start: 0, dim1_stop: 12 }, meta: {} },
};
const IMAGES: Readonly<Record<string, object | undefined>> = {
  calibrated: { version: "2.0", header: HEADER, rois: [ROI], experiment_metadata: { condition: "AngII" } },
  "no-roi": { version: "2.0", header: HEADER },
  raw: undefined,
};

let made = "";
let cwd = "";
beforeAll(async () => {
  made = await mkdtemp(join(tmpdir(), "kym-analyze-"));
  await using dataset = await openLocalDataset(join(made, "study.zarr"), { summarize: summarizeMetadata });
  for (const [id, metadata] of Object.entries(IMAGES)) {
    const data = Uint8Array.from({ length: 48 * 12 }, (_, index) =>
      ((index % 12) + Math.floor(index / 12)) % 12 < 5 ? 200 : 40 + (index % 7),
    );
    const record = await dataset.addImage(createNdArray("uint8", [48, 12], data), { id, axes: ["t", "x"] });
    if (metadata !== undefined) {
      await record.saveJson(ARTIFACTS.metadata, metadata);
    }
  }
});
beforeEach(async () => {
  cwd = await mkdtemp(join(tmpdir(), "kym-analyze-"));
  await cp(made, cwd, { recursive: true });
});
afterEach(() => rm(cwd, { recursive: true }));
afterAll(() => rm(made, { recursive: true }));

async function tableOf(id: string, name: string): Promise<readonly Row[]> {
  await using dataset = await openLocalDataset(join(cwd, "study.zarr"), { mode: "r" });
  return [...rowsOf(await dataset.record(id).loadParquet(name))];
}

it("says what it did, names the ROIs that it added and the images without a calibration; the next run has nothing to do", async () => {
  const plan = await kym(["analyze", "study.zarr", "--dry-run"], { cwd });
  expect(plan).toMatchObject({ exitCode: 0 });
  expect(plan.stdout).toBe(
    "would analyse 3 ROIs of 3 images\n" +
      "  velocity: never analysed (3): calibrated, no-roi, raw\n" +
      "  events: never analysed (2): calibrated, no-roi\n" +
      "  would add a ROI of the whole image (2): no-roi, raw\n" +
      "  no calibration, so angle and px per line, but no mm/s and no events (1): raw\n",
  );
  const first = await kym(["analyze", "study.zarr", "-j", "1"], { cwd });
  expect(first).toMatchObject({ exitCode: 0 });
  expect(first.stdout).toBe(
    "analysed 3 ROIs of 3 images · 27 windows\n" +
      "  added a ROI of the whole image (2): no-roi, raw\n" +
      "  no calibration, so angle and px per line, but no mm/s and no events (1): raw\n",
  );
  const second = await kym(["analyze", "study.zarr", "-j", "1"], { cwd, columns: 80 });
  expect(second.stdout).toBe(
    "nothing to do · 3 up to date\n  no calibration, so angle and px per line, but no mm/s and no events (1): raw\n",
  );
  const [row] = await tableOf("calibrated", ARTIFACTS.flowVelocity);
  expect(row?.["velocity_mm_s"]).toBeCloseTo(-0.5, 1);
});

it("is the next line of an index that finds nothing analysed", async () => {
  const index = await kym(["index", "study.zarr"], { cwd, columns: 80 });
  expect(index.stderr).toContain("next: kym analyze study.zarr\n");
});

it("in threads it gives the data of one thread, with progress for programs and the next step on a terminal", async () => {
  const words = ["analyze", "study.zarr", "--heart-rate", "--diameter", "-j", "2"];
  const threads = await kym([...words, "--progress", "json"], { cwd, columns: 80 });
  expect(threads.stdout).toContain("analysed 3 ROIs of 3 images · 27 windows");
  expect(threads.stderr).toContain("next: kym index study.zarr\n");
  const lines = threads.stderr.split("\n").filter((line) => line.startsWith("{"));
  expect(JSON.parse(lines.at(-1) ?? "{}")).toMatchObject({
    progress: "lines analysed:",
    done: 144,
    total: 144,
  });
  const { data } = await kymJson([...words.slice(0, 4), "-j", "1", "--force"], { cwd });
  expect(data).toMatchObject({ images: 3, analysed: 3, failed: 0, commits: 0 });
});

it("--json names each image with its reasons, and only images that are chosen are analysed", async () => {
  const { data } = await kymJson(
    ["analyze", "study.zarr", "--where", "condition = 'AngII'", "--radon", "-j", "1"],
    {
      cwd,
    },
  );
  expect(data).toMatchObject({ images: 1, analysed: 1, windows: 9, commits: 1 });
  expect(data.details).toMatchObject([
    {
      image_id: "calibrated",
      outcome: "analysed",
      rois: [{ roi_id: 1, channel: 1, results: [{ kind: "velocity", because: "never_analysed" }] }],
      added_roi_id: null,
    },
  ]);
  const named = await kymJson(["analyze", "study.zarr", "raw", "--window", "8", "--roi", "existing"], {
    cwd,
  });
  expect(named.data.details).toMatchObject([
    { outcome: "left_out", left_out: [{ roi_id: null, reason: "it has no ROI" }] },
  ]);
  const both = await kym(["analyze", "study.zarr", "raw", "--where", "true"], { cwd });
  expect(both).toMatchObject({ exitCode: 2 });
});

it("an image that fails is named, the others are analysed, and the exit code is 3", async () => {
  {
    await using dataset = await openLocalDataset(join(cwd, "study.zarr"));
    await dataset.record("no-roi").saveJson(ARTIFACTS.metadata, { version: "2.0", rois: "none" });
  }
  const { exitCode, stdout, stderr } = await kym(["analyze", "study.zarr", "-j", "1"], { cwd });
  expect(exitCode).toBe(3);
  expect(stdout).toContain("analysed 2 ROIs of 2 images · 18 windows · 1 failed\n");
  expect(stderr).toContain("no-roi: ");
});

it.each([
  [["--window", "10"], "multiple of 4"],
  [["--window", "many"], "multiple of 4"],
  [["--channel", "0"], "--channel"],
  [["--jobs", "0"], "--jobs"],
  [["--min-quality", "-1"], "--min-quality"],
  [["--prefer", "theirs"], "lab or ours"],
])("%j is refused before anything is read", async (words, message) => {
  const { exitCode, stderr } = await kym(["analyze", "study.zarr", ...words], { cwd });
  expect(exitCode).toBe(2);
  expect(stderr).toContain(message);
});

it("an interruption keeps what is whole and ends with 130; the same command goes on", async () => {
  const stopped = await kym(["analyze", "study.zarr", "-j", "1", "--progress", "json"], {
    cwd,
    onStderr: (text, host) => text.includes('"done":96') && host.send("SIGINT"),
  });
  expect(stopped.exitCode).toBe(130);
  const again = await kymJson(["analyze", "study.zarr", "-j", "1"], { cwd });
  expect(again.data.current + again.data.analysed).toBe(3);
  expect(again.data.current).toBeGreaterThan(0);
  expect((await kymJson(["check", "study.zarr"], { cwd })).data.problems).toEqual([]);
});

it("index pools ours where the lab has none; --prefer ours is remembered, also by analyze", async () => {
  {
    await using dataset = await openLocalDataset(join(cwd, "study.zarr"));
    const trace = [{ roi_id: 1n, channel: 1n, time_s: 0.008, velocity_mm_s: 9 }];
    await dataset
      .record("calibrated")
      .saveParquet(ARTIFACTS.radonVelocity, trace, { schema: VELOCITY_TRACE_SCHEMA });
  }
  await kym(["analyze", "study.zarr", "-j", "1"], { cwd });
  const sql = "select image_id, software from kym_radon order by all";
  const rows = async (...words: readonly string[]): Promise<readonly string[]> => {
    await kym(["index", "study.zarr", ...words], { cwd });
    const { data } = await kymJson(["query", "study.zarr", sql], { cwd });
    return data.map((row: Row) => Object.values(row).join(" "));
  };
  expect(await rows()).toEqual(["calibrated lab", "no-roi @kym/flow", "raw @kym/flow"]);
  expect(await rows("--prefer", "ours")).toEqual([
    "calibrated @kym/flow",
    "no-roi @kym/flow",
    "raw @kym/flow",
  ]);
  expect(await rows()).toContain("calibrated @kym/flow");
  await kym(["index", "study.zarr", "--prefer", "lab"], { cwd });
  expect(await rows()).toContain("calibrated lab");
  await kym(["analyze", "study.zarr", "--prefer", "ours", "-j", "1"], { cwd });
  for (const command of ["show", "explain"]) {
    const { stdout } = await kym([command, "study.zarr", "calibrated"], { cwd });
    expect(stdout).toContain("this dataset remembers --prefer ours");
  }
  const { stdout } = await kym(["index", "study.zarr"], { cwd });
  expect(stdout, "no table of heart rates that nobody asked for").not.toContain("heart_rate");
});

it("an export of analysed images, ingested again, has nothing left to analyse; a dataset of an older build is analysed", async () => {
  const all = ["--radon", "--lspiv", "--events", "--heart-rate", "--diameter", "-j", "1"];
  await kym(["analyze", "study.zarr", ...all], { cwd });
  await kym(["index", "study.zarr", "--prefer", "ours"], { cwd });
  await kym(["export", "study.zarr", "out"], { cwd });
  await kym(["ingest", "out", "again.zarr"], { cwd });
  const again = await kym(["analyze", "again.zarr", ...all], { cwd });
  expect(again.stdout.split("\n")[0]).toBe("nothing to do · 3 up to date");
  expect((await kym(["index", "again.zarr"], { cwd })).stdout).toContain("kym_radon: updated 0 · fresh 3");
  await cp(join(GOLDEN, "version-2.zarr"), join(cwd, "old.zarr"), { recursive: true });
  const old = await kym(["analyze", "old.zarr", "--window", "4", "-j", "1"], { cwd });
  expect(old.stdout).toContain("analysed 1 ROI of 1 image · 1 window · 1 left out\n");
});

it("compare counts the windows of each ROI that agree, and writes every window with -o", async () => {
  await kym(["analyze", "study.zarr", "calibrated", "-j", "1"], { cwd });
  const ours = await tableOf("calibrated", ARTIFACTS.flowVelocity);
  {
    await using dataset = await openLocalDataset(join(cwd, "study.zarr"));
    const lab = ours.slice(0, 8).map(({ roi_id, channel, time_s, velocity_mm_s }, index) => ({
      ...{ roi_id, channel, time_s },
      velocity_mm_s: index === 0 ? -2e7 : index === 1 ? 5 : velocity_mm_s,
    }));
    await dataset
      .record("calibrated")
      .saveParquet(ARTIFACTS.radonVelocity, lab as Row[], { schema: VELOCITY_TRACE_SCHEMA });
  }
  const { data } = await kymJson(["compare", "study.zarr"], { cwd });
  expect(data.left_out).toMatchObject([{ missing: "both" }, { missing: "both" }]);
  expect(data.rois).toMatchObject([
    { image_id: "calibrated", roi_id: 1, windows: 9, equal: 6, differing: 1, blank_in_one: 1, unpaired: 1 },
  ]);
  expect((await kym(["compare", "study.zarr"], { cwd })).stdout).toContain(
    "without any trace: no-roi, raw\n",
  );
  await kym(["analyze", "study.zarr", "calibrated", "--lspiv", "-j", "1"], { cwd });
  const methods = await kym(["compare", "study.zarr", "--with", "lspiv"], { cwd });
  expect(methods.stdout).toMatch(/median mm\/s.*\n *calibrated +1 +1 +9 +0 +9/);
  expect(methods.stdout).toContain("without any trace: no-roi, raw\n");
  const { stdout } = await kym(["compare", "study.zarr", "-o", "x.csv"], { cwd });
  expect(stdout).toBe("wrote 9 rows to x.csv\nwithout any trace: no-roi, raw\n");
});
